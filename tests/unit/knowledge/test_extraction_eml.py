"""Mails become text."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from shared.knowledge.extraction import Unreadable, extract, inspect


def mail(subject: str = "Your bill", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "Jörg <joerg@example.com>"
    message["To"] = "info@example.com"
    message["Message-ID"] = "<1@example.com>"
    for name, value in headers.items():
        message[name] = value
    return message


def text_of(message: EmailMessage | bytes) -> str:
    data = message if isinstance(message, bytes) else message.as_bytes()
    return extract(data, "eml").text


def body_of(message: EmailMessage | bytes) -> str:
    return text_of(message).partition("\n\n")[2]


def test_the_header_stands_above_the_text_and_quoted_replies_are_kept() -> None:
    message = mail("Rückfrage – März", Date="Fri, 22 Nov 2024 10:00:00 +0100")
    message.set_content("Ich zahle.\n\n> Wann zahlen Sie?\n")
    found = extract(message.as_bytes(), "eml")
    assert found.text == (
        "Subject: Rückfrage – März\nFrom: Jörg <joerg@example.com>\nTo: info@example.com\n"
        "Date: Fri, 22 Nov 2024 10:00:00 +0100\n\nIch zahle.\n\n> Wann zahlen Sie?"
    )
    assert found.title == "Rückfrage – März"


def test_plain_text_is_preferred_to_html() -> None:
    message = mail()
    message.set_content("Plain.")
    message.add_alternative("<p>Rich.</p>", subtype="html")
    assert body_of(message) == "Plain."


@pytest.mark.parametrize("plain", [None, " \n"])
def test_html_is_read_where_there_is_no_plain_text(plain: str | None) -> None:
    message = mail()
    page = "<style>p{}</style><p>Là-bas</p><table><tr><th>a<th>b<tr><td>1<td>2</table>"
    if plain is None:
        message.set_content(page, subtype="html", charset="iso-8859-1")
    else:
        message.set_content(plain)
        message.add_alternative(page, subtype="html")
    assert body_of(message) == "Là-bas\n\n| a | b |\n| --- | --- |\n| 1 | 2 |"


def test_attachments_are_named_and_not_read() -> None:
    message = mail()
    message.set_content("See below.")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="März.pdf")
    message.add_attachment("secret text", filename="notes.txt")
    text = text_of(message)
    assert "\nAttachments: März.pdf, notes.txt\n\n" in text
    assert "secret text" not in text


@pytest.mark.parametrize("charset", ["utf-8", "iso-2022-jp", "x-unknown", "us-ascii", ""])
def test_text_is_decoded_by_its_charset_or_else_by_its_bytes(charset: str) -> None:
    words = "請求書" if charset != "us-ascii" else "Straße"
    data = words.encode("utf-8" if charset in {"x-unknown", "us-ascii", ""} else charset)
    told = f"; charset={charset}".encode() if charset else b""
    header = b"From: a@b.c\nMIME-Version: 1.0\nContent-Type: text/plain"
    assert body_of(header + told + b"\n\n" + data) == words


def test_a_header_in_raw_utf8_is_read() -> None:
    assert text_of("From: a@b.c\nSubject: Größe\n\nText.".encode()).startswith("Subject: Größe\n")


@pytest.mark.parametrize("address", ['"', '.<" :', "().<", "=?@[", ":@;=?"])
def test_a_malformed_header_is_shown_as_it_came(address: str) -> None:
    text = text_of(f"From: a@b.c\nTo: {address}\n\nText.".encode())
    assert text == f"From: a@b.c\nTo: {address}\n\nText."


def test_an_encrypted_mail_is_refused_at_upload() -> None:
    data = b'From: a@b.c\nContent-Type: multipart/encrypted; boundary="x"\n\n--x--\n'
    with pytest.raises(Unreadable) as refused:
        inspect(data, "eml")
    assert refused.value.code == "encrypted-document"


def test_parts_nested_beyond_reason_do_no_harm() -> None:
    nested = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(2000)
    )
    assert text_of(b"From: a@b.c\n" + nested).startswith("From: a@b.c")
