"""What a format's reader returns, and the normal form of its text."""

from __future__ import annotations

import re

from shared.knowledge.extraction import limits
from shared.knowledge.extraction.errors import Unreadable, too_complex

NEWLINE = re.compile(r"\r\n?|[\v\f]")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
SURROGATE = re.compile(r"[\ud800-\udfff]")
BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){3,}")


class Reading:
    """Text, page starts and title as in `Extracted`, without the cost of importing pydantic.

    Raises `Unreadable` when there is no text or too much of it.
    """

    def __init__(
        self, text: str, page_starts: list[int] | None = None, title: str | None = None
    ) -> None:
        if not text.strip():
            raise Unreadable(
                "empty-document", "This document contains no text; upload one that does."
            )
        if len(text) > limits.MAX_CHARACTERS:
            raise too_complex(f"it has more than {limits.MAX_CHARACTERS:,} characters")
        self.text = text
        self.page_starts = page_starts or []
        self.title = " ".join(title.split())[:200] or None if title else None


def clean(text: str) -> str:
    """The text with `\\n` as its only newline, no C0 controls, and at most two blank lines running.

    Other code points stay as the document has them; a lone surrogate becomes U+FFFD. Blank lines
    at either end go, a first line's indentation stays.
    """
    text = CONTROL.sub("", NEWLINE.sub("\n", text))
    return BLANK_LINES.sub("\n\n\n", SURROGATE.sub("\ufffd", text)).strip("\n").rstrip()
