"""Which format a document has: told by its content; its name only settles ties between texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shared.knowledge.extraction import decoding
from shared.knowledge.extraction.errors import Unreadable
from shared.knowledge.extraction.kinds import KINDS, SUPPORTED

if TYPE_CHECKING:
    from shared.contracts.knowledge import Format

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
OPEN_PACKAGING = b"[Content_Types].xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")
RTF = b"{\\rtf"
HEAD = 1024
"""A reader of PDF accepts its header anywhere in the first 1024 bytes (PDF 1.7, appendix H)."""

HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>", re.I)


def detect(data: bytes, filename: str, content_type: str | None) -> Format:
    """The format of `data`. Raises `Unreadable` for what no reader understands."""
    if not data.strip():
        raise Unreadable("empty-document", "This document is empty; upload one that has text.")
    found = _by_signature(data)
    return found or _text_kind(decoding.decode(data, html=True), filename, content_type)


def _by_signature(data: bytes) -> Format | None:
    start = data[:HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(ZIP):
        return _packaged(data)
    if start.startswith(OLE):
        raise _legacy_office(data)
    if start.startswith(RTF):
        raise _unsupported("an RTF document")
    for name, kind in KINDS.items():
        if kind.magic and (start.startswith(kind.magic) or (kind.magic in start and b"\0" in data)):
            return name
    return None


def _packaged(data: bytes) -> Format:
    """Names of entries stand uncompressed in a zip, so nothing is unpacked to tell its kind."""
    if OPEN_PACKAGING in data:
        for name, kind in KINDS.items():
            if kind.zip_folder and kind.zip_folder in data:
                return name
    raise _unsupported("a zip archive of a kind that is not supported")


def _text_kind(text: str, filename: str, content_type: str | None) -> Format:
    if HTML_START.match(text[: 4 * HEAD]):
        return "html"
    hint = _by_suffix(filename) or _by_media_type(content_type) or "text"
    return "text" if hint == "html" and not TAG.search(text) else hint


def _by_suffix(filename: str) -> Format | None:
    lower = filename.lower()
    return next((n for n, k in KINDS.items() if k.suffixes and lower.endswith(k.suffixes)), None)


def _by_media_type(content_type: str | None) -> Format | None:
    media_type = (content_type or "").partition(";")[0].strip().lower()
    return next((n for n, k in KINDS.items() if media_type in k.media_types), None)


def _legacy_office(data: bytes) -> Unreadable:
    if ENCRYPTED_OFFICE in data:
        return Unreadable(
            "encrypted-document",
            "This document is protected with a password; remove the password and upload it again.",
        )
    return _unsupported("an Office document from before 2007")


def _unsupported(what: str) -> Unreadable:
    return Unreadable(
        "unsupported-format", f"This is {what}; save it as {SUPPORTED} and upload that."
    )
