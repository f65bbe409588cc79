"""A document's format is told by its content."""

from __future__ import annotations

import io
import zipfile

import pytest

from shared.knowledge.extraction import Unreadable, detect

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def zipped(*names: str, content: bytes = b"content") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, content)
    return buffer.getvalue()


DOCX = zipped("[Content_Types].xml", "word/document.xml")
XLSX = zipped("[Content_Types].xml", "xl/workbook.xml")
PPTX_WITH_A_CHART = zipped("[Content_Types].xml", "ppt/presentation.xml", content=XLSX)
EPUB = zipped("mimetype", "META-INF/container.xml")
MAIL = b"Received: from a\r\n by b\r\nFrom: ann@example.com\r\nSubject: Hi\r\n\r\nText."
MEMO = b"From: Ann\nTo: Bob\nDate: today\n\nText."


@pytest.mark.parametrize(
    ("data", "filename", "content_type", "found"),
    [
        (b"%PDF-1.4\n", "notes.txt", "text/plain", "pdf"),
        (b"\n\n%PDF-1.4\n", "a", None, "pdf"),
        (DOCX, "archive.zip", "application/zip", "docx"),
        (XLSX, "a.docx", None, "xlsx"),
        (PPTX_WITH_A_CHART, "a.bin", None, "pptx"),
        (EPUB, "a.zip", "application/zip", "epub"),
        (MAIL, "message.txt", "text/plain", "eml"),
        (MAIL + b"\xff\x81\x00", "message", None, "eml"),
        (MEMO, "memo.txt", None, "text"),
        (MEMO, "memo.eml", None, "eml"),
        (b"no header at all", "memo.eml", "message/rfc822", "text"),
        (b"<!DOCTYPE html><p>x", "page.txt", "text/plain", "html"),
        (b"<!-- saved --><html><body>x", "page.md", None, "html"),
        (b"<p>x</p>", "page.html", None, "html"),
        (b"no tags at all", "page.html", None, "text"),
        (b"<div>x</div>", "readme.md", None, "markdown"),
        (b"a;b", "DATA.CSV", "text/plain", "csv"),
        (b"a;b", "export", "text/csv; charset=utf-8", "csv"),
        (b"# Title", "upload", "text/markdown", "markdown"),
        (b"# Title", "notes.txt", "text/markdown", "text"),
        (b"A PDF begins with %PDF-1.7.", "notes.txt", None, "text"),
        ("é".encode("utf-16"), "notes.txt", None, "text"),
    ],
)
def test_content_comes_first_and_names_settle_ties_between_texts(
    data: bytes, filename: str, content_type: str | None, found: str
) -> None:
    assert detect(data, filename, content_type) == found


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty-document"),
        (b" \n\t ", "empty-document"),
        (bytes(range(256)) * 8, "binary-document"),
        (b"\x89PNG\r\n\x1a\n" + b"\0\1\2\3" * 50, "binary-document"),
        ("Ответ на вопрос".encode("cp1251") * 9, "binary-document"),
        (zipped("a.txt"), "unsupported-format"),
        (zipped("mimetype", "content.xml", "META-INF/manifest.xml"), "unsupported-format"),
        (OLE, "unsupported-format"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted-document"),
        (b"{\\rtf1 text}", "unsupported-format"),
    ],
    ids=["empty", "blank", "bytes", "image", "cyrillic", "zip", "odt", "doc", "locked", "rtf"],
)
def test_what_cannot_be_read_is_refused_whatever_its_name(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        detect(data, "notes.txt", "text/plain")
    assert refused.value.code == code
    assert refused.value.reason.endswith(".")
