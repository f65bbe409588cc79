"""EPUB books become text."""

from __future__ import annotations

import pytest

from shared.knowledge.extraction import Unreadable, extract, inspect
from tests.unit.knowledge.containers import zipped

XHTML = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>{}</body></html>'
NAV = (
    '<nav epub:type="toc"><ol><li><a href="text/a.xhtml">Foreword</a></li>'
    '<li><a href="text/b%20b.xhtml#top">Gums</a></li></ol></nav>'
)
NCX = (
    '<!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://x/ncx.dtd"><ncx><navMap><navPoint>'
    '<navLabel><text>Gums</text></navLabel><content src="text/b%20b.xhtml"/></navPoint></navMap>'
    "</ncx>"
)
CONTENTS = {
    "nav": '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>',
    "ncx": '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>',
}


def book(first: str, second: str = "", contents: str = "nav", **parts: str) -> bytes:
    """An EPUB whose spine has the second file before the first; `parts` go into META-INF."""
    chapter = '<item id="{}" href="text/{}" media-type="application/xhtml+xml"/>'
    files = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": (
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
        ),
        "OEBPS/book.opf": (
            '<package xmlns="http://www.idpf.org/2007/opf"><metadata '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Clinic</dc:title></metadata>'
            f"<manifest>{chapter.format('a', 'a.xhtml')}{chapter.format('b', 'b%20b.xhtml')}"
            f'{CONTENTS[contents]}<item id="i" href="i.png" media-type="image/png"/></manifest>'
            '<spine><itemref idref="nav"/><itemref idref="b"/><itemref idref="i"/>'
            '<itemref idref="a"/></spine></package>'
        ),
        "OEBPS/nav.xhtml": XHTML.format(NAV),
        "OEBPS/toc.ncx": NCX,
        "OEBPS/text/a.xhtml": XHTML.format(first),
        "OEBPS/text/b b.xhtml": XHTML.format(second),
    }
    return zipped(files | {f"META-INF/{name}.xml": xml for name, xml in parts.items()})


def text_of(data: bytes) -> str:
    return extract(data, "epub").text


def test_chapters_are_read_in_the_order_of_the_spine() -> None:
    found = extract(book("<h1>Teeth</h1><p>Brush.</p>", "<h1>First</h1><p>Read.</p>"), "epub")
    assert found.text == "# First\n\nRead.\n\n# Teeth\n\nBrush."
    assert found.title == "The Clinic"


@pytest.mark.parametrize("contents", ["nav", "ncx"])
def test_a_chapter_without_a_heading_is_headed_as_in_the_table_of_contents(contents: str) -> None:
    text = text_of(book("<h1>Teeth</h1><p>Brush.</p>", "<p>Floss.</p>", contents))
    assert text == "# Gums\n\nFloss.\n\n# Teeth\n\nBrush."


def test_nothing_of_a_chapter_is_taken_for_boilerplate() -> None:
    text = text_of(book("<h1>T</h1><p>Text.</p><aside class='sidebar'><p>Remark.</p></aside>"))
    assert text == "# T\n\nText.\n\nRemark."


def test_empty_elements_of_xhtml_swallow_nothing() -> None:
    text = text_of(book('<h1>T</h1><script src="x"/><p>One.</p><a id="p2"/><p>Two.<br/>Three.</p>'))
    assert text == "# T\n\nOne.\n\nTwo.\nThree."


def encrypted(algorithm: str) -> str:
    return (
        '<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptedData>'
        f'<e:EncryptionMethod Algorithm="{algorithm}"/></e:EncryptedData></encryption>'
    )


def test_a_book_locked_by_its_seller_is_refused_at_upload() -> None:
    locked = book("<p>x</p>", encryption=encrypted("http://www.w3.org/2001/04/xmlenc#aes128-cbc"))
    with pytest.raises(Unreadable) as refused:
        inspect(locked, "epub")
    assert refused.value.code == "encrypted-document"


def test_a_book_with_disguised_fonts_is_read() -> None:
    fonts = encrypted("http://www.idpf.org/2008/embedding")
    assert text_of(book("<h1>T</h1>", encryption=fonts)) == "# T"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (book("<p>x</p>")[:-60], "damaged-document"),
        (zipped({"META-INF/container.xml": "<container/>"}), "damaged-document"),
        (zipped({"META-INF/container.xml": "<container>"}), "damaged-document"),
        (book("", ""), "empty-document"),
    ],
    ids=["cut off", "no package", "broken XML", "no text"],
)
def test_what_cannot_be_read_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        extract(data, "epub")
    assert refused.value.code == code
