"""Which format a document has: told by its content; its name only settles ties between texts."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from shared.knowledge.extraction import decoding
from shared.knowledge.extraction.errors import Unreadable
from shared.knowledge.extraction.kinds import KINDS, SUPPORTED

if TYPE_CHECKING:
    from shared.contracts.knowledge import Format

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
ZIP_END = b"PK\x05\x06"
ZIP_END_WITHIN = 66_000
"""A zip ends in a record of 22 bytes and a comment of up to 65,535."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")
RTF = b"{\\rtf"
HEAD = 1024
"""A reader of PDF accepts its header anywhere in the first 1024 bytes (PDF 1.7, appendix H)."""

HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
MAIL_HEADERS_WITHIN = 65_536
FIELD = rb"[!-9;-~]+[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*"
MAIL_HEADERS = re.compile(rb"(?:From [^\n]*\n)?((?:" + FIELD + rb")+)(?:\r?\n|\Z)")
SENDER = re.compile(rb"^From[ \t]*:", re.I | re.M)
POSTMARK = re.compile(rb"^(?:Received|Message-ID|MIME-Version|Return-Path)[ \t]*:", re.I | re.M)
"""Fields that a program writes; people put From, To and Date over a memo, too."""

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
    if _is_mail(data, postmarked=True):
        return "eml"
    for name, kind in KINDS.items():
        if kind.magic and (start.startswith(kind.magic) or (kind.magic in start and b"\0" in data)):
            return name
    return None


def _packaged(data: bytes) -> Format:
    """Names of entries stand uncompressed in a zip, so nothing is unpacked to tell its kind."""
    names = _directory(data)
    for name, kind in KINDS.items():
        if kind.zip_names and all(part in names for part in kind.zip_names):
            return name
    raise _unsupported("a zip archive of a kind that is not supported")


def _directory(data: bytes) -> bytes:
    """The zip's own list of entries, without those of zips within it; all of a zip cut short."""
    end = data.rfind(ZIP_END, -ZIP_END_WITHIN)
    if end < 0 or end + 16 > len(data):
        return data
    (size,) = struct.unpack_from("<I", data, end + 12)
    return data[max(0, end - size) : end]


def _is_mail(data: bytes, *, postmarked: bool) -> bool:
    """Whether the data begins with the header of a mail (RFC 5322, 2.2)."""
    header = MAIL_HEADERS.match(data[:MAIL_HEADERS_WITHIN].replace(b"\r\n", b"\n"))
    if not header or not SENDER.search(header[1]):
        return False
    return not postmarked or bool(POSTMARK.search(header[1]))


def _text_kind(text: str, filename: str, content_type: str | None) -> Format:
    if HTML_START.match(text[: 4 * HEAD]):
        return "html"
    hint = _by_suffix(filename) or _by_media_type(content_type) or "text"
    if hint == "eml" and not _is_mail(text[:MAIL_HEADERS_WITHIN].encode(), postmarked=False):
        return "text"
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
