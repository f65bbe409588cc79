"""What extraction returns."""

from __future__ import annotations

from pydantic import BaseModel


class Extracted(BaseModel):
    """A document as text.

    `text` is Markdown-like: headings `#`, tables as `| a | b |` rows with a `| --- |` line under
    the header, lists `- `. `page_starts` holds the code point offset at which each page begins
    and is empty for formats without pages. `title` is what the document calls itself.
    """

    text: str
    page_starts: list[int] = []
    title: str | None = None
