"""EPUB to Markdown: the chapters in reading order (EPUB 3.3, and 2.0.1).

Left out: the book's own table of contents. A chapter without a heading gets its entry there.
"""

from __future__ import annotations

import re

from shared.knowledge.extraction import markup
from shared.knowledge.extraction.formats import html, html_content
from shared.knowledge.extraction.formats.epub_book import Book, page
from shared.knowledge.extraction.reading import Reading

HEADING = re.compile(r"^#{1,6} ", re.M)


def inspect(data: bytes) -> None:
    """Opens the container and lists the chapters. Raises `Unreadable`."""
    Book(data)


def read(data: bytes) -> Reading:
    """The chapters' text; the title is the book's own."""
    book = Book(data)
    labels = book.labels()
    chapters = [_chapter(book.read(name), labels.get(name, "")) for name in book.chapters]
    return Reading(markup.join(chapters), title=book.title)


def _chapter(data: bytes, label: str) -> str:
    text = html.written(html_content.whole(page(data)))
    if not text or HEADING.search(text):
        return text
    return markup.join([markup.heading(1, label), text])
