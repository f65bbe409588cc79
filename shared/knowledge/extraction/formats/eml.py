"""EML to text: who wrote to whom about what and when, then what was written (RFC 5322, 2045).

The plain text of a mail is preferred to its HTML; quoted replies stay. Attachments are named and
not read.
"""

from __future__ import annotations

from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from email.policy import default as standard

from shared.knowledge.extraction import markup
from shared.knowledge.extraction.decoding import decode
from shared.knowledge.extraction.errors import Unreadable
from shared.knowledge.extraction.reading import Reading, clean

HEADERS = ("Subject", "From", "To", "Cc", "Date")
ENCRYPTED = {"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}
TRIPPED = (AttributeError, LookupError, NameError, TypeError, ValueError, MessageError)
UNTOLD = {None, "us-ascii", "unknown-8bit"}
"""Charsets that say nothing of bytes outside ASCII."""


def inspect(data: bytes) -> None:
    """Parses the mail. Raises `Unreadable` when it is encrypted."""
    _opened(data)


def read(data: bytes) -> Reading:
    """The mail's header, text and names of attachments; its title is its subject."""
    mail = _opened(data)
    lines = [f"{name}: {line}" for name in HEADERS if (line := _header(mail, name))]
    names = [part.get_filename() or part.get_content_type() for part in mail.iter_attachments()]
    if names:
        lines.append(f"Attachments: {', '.join(map(markup.one_line, names))}")
    blocks = ["\n".join(lines), _body(mail)]
    return Reading(clean(markup.join(blocks)), title=_header(mail, "Subject"))


def _opened(data: bytes) -> EmailMessage:
    mail = message_from_bytes(data, policy=standard)
    if mail.get_content_type() in ENCRYPTED:
        raise Unreadable(
            "encrypted-document",
            "This mail is encrypted; save its text as a file and upload that.",
        )
    return mail


def _header(mail: EmailMessage, name: str) -> str:
    """A header's value on one line; bytes outside ASCII are taken for UTF-8 (RFC 6532)."""
    try:
        value = str(mail.get(name, ""))
    except TRIPPED:
        # The package's parser trips over some malformed headers; they are shown as they came.
        value = next(str(raw) for key, raw in mail.raw_items() if key.lower() == name.lower())
    return markup.one_line(value.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def _body(mail: EmailMessage) -> str:
    """The plain text, or where there is none that of the HTML."""
    plain = mail.get_body(("plain",))
    text = _decoded(plain) if plain else ""
    if text.strip():
        return text
    page = mail.get_body(("html",))
    return _from_html(_decoded(page, html=True)) if page else ""


def _from_html(page: str) -> str:
    from selectolax.lexbor import LexborHTMLParser

    from shared.knowledge.extraction.formats import html, html_content

    return html.written(html_content.whole(LexborHTMLParser(page)))


def _decoded(part: MIMEPart, *, html: bool = False) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    charset = part.get_content_charset()
    if charset not in UNTOLD:
        try:
            return data.decode(charset or "", "replace")
        except LookupError:
            pass
    return decode(data, html=html)
