"""Bytes to text: UTF-8, UTF-16 and UTF-32 with a mark, HTML's declared charset, else cp1252."""

from __future__ import annotations

import codecs
import re

from shared.knowledge.extraction.errors import Unreadable

# UTF-32's little-endian mark begins with UTF-16's, so it is tried first.
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]{1,40})", re.I)
META_WITHIN = 4096
SAMPLE = 65_536
MAX_CONTROL_SHARE = 0.05
MAX_FOREIGN_SHARE = 0.3
"""In Western European prose under 20 % of the letters are outside ASCII; other scripts read as
cp1252 are nearly all outside it."""

CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
FOREIGN = re.compile(r"[^\x00-\x7f]")


def decode(data: bytes, *, html: bool = False) -> str:
    """The text of `data`, without a byte order mark; `html` pages may declare their charset.

    Raises `Unreadable` (`binary-document`) when it is not text.
    """
    text = _marked(data) or (_declared(data) if html else None) or _unmarked(data)
    if _share(CONTROL, text) > MAX_CONTROL_SHARE:
        raise _binary()
    return text


def check(data: bytes, *, html: bool = False) -> None:
    """Raises `Unreadable` when `data` is not text or has nothing but white space."""
    if not decode(data, html=html).strip("\0 \t\r\n\v\f\ufeff\u00a0"):
        raise Unreadable("empty-document", "This document is empty; upload one that has text.")


def _marked(data: bytes) -> str | None:
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), None)
    return data.decode(encoding, "replace") if encoding else None


def _declared(data: bytes) -> str | None:
    found = META_CHARSET.search(data[:META_WITHIN])
    if not found:
        return None
    name = found[1].decode().lower()
    try:
        # Browsers read latin-1 and ASCII as cp1252 (WHATWG Encoding Standard, 4.2).
        latin = codecs.lookup(name).name in {"iso8859-1", "ascii"}
        return data.decode("cp1252" if latin else name, "replace")
    except (LookupError, UnicodeError):
        return None


def _unmarked(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        raise _binary() from None
    if _share(FOREIGN, text) > MAX_FOREIGN_SHARE:
        raise _binary()
    return text


def _share(pattern: re.Pattern[str], text: str) -> float:
    sample = text[:SAMPLE]
    return len(pattern.findall(sample)) / max(1, len(sample))


def _binary() -> Unreadable:
    return Unreadable(
        "binary-document",
        "This file is not text in an encoding that can be recognised; save it as UTF-8 text, "
        "or upload the PDF or DOCX it was made from.",
    )
