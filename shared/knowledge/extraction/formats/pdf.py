"""PDF to Markdown: pdfium's reading order, headings by type, tables by rules or alignment.

A scan, which has no text layer, is read through tesseract where that is installed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from shared.knowledge.extraction import markup
from shared.knowledge.extraction.formats.pdf_columns import aligned_tables
from shared.knowledge.extraction.formats.pdf_grids import ruled_tables
from shared.knowledge.extraction.formats.pdf_pages import HYPHEN, Document, Page, Word
from shared.knowledge.extraction.formats.pdf_prose import blocks, goes_on, typography
from shared.knowledge.extraction.formats.pdf_scans import recognised
from shared.knowledge.extraction.reading import Reading, clean

SCAN_CHARACTERS = 20
"""A page with an image and fewer characters than this is a scan with, at most, a stamp."""

HEADING = re.compile(r"#+ (.+)")
NUMBER = re.compile(r"\d{1,4}")
WORD = re.compile(r"[\w-]+")
BROKEN = re.compile(rf"([^\s{HYPHEN}]{{0,60}}){HYPHEN}[ \n]?([^\s{HYPHEN}]{{0,60}})")
LEADER = re.compile(r"(?: ?\.){5,} ?")
"""The dots of a table of contents."""

KEEPS_HYPHEN = re.compile(r"://|www\.|@|-")
FILE_NAME = re.compile(r"\S*|.*\.\w{2,4}|Microsoft .*|untitled.*", re.I)
"""Titles that programs make up."""


def inspect(data: bytes) -> None:
    """Opens the document. Raises `Unreadable`."""
    Document(data)


def read(data: bytes) -> Reading:
    """The text page by page; the title is the document's own or its first heading."""
    document = Document(data)
    pages = list(document.pages())
    if _is_scan(pages):
        pages = recognised(document)
    lines = _without_running_heads([page.lines for page in pages])
    style = typography(lines)
    flows = [
        aligned_tables(ruled_tables(page_lines, page.rules))
        for page, page_lines in zip(pages, lines, strict=True)
    ]
    text, starts = _assembled([blocks(flow, style) for flow in flows])
    heading = HEADING.search(text)
    title = document.title()
    if FILE_NAME.fullmatch(title):
        title = heading[1] if heading else ""
    return Reading(text, starts, title)


def _is_scan(pages: list[Page]) -> bool:
    """Whether there is no text, or hardly any beside pages that show an image alone."""
    counts = [sum(len(word.text) for line in page.lines for word in line) for page in pages]
    scanned = sum(
        page.has_image and count < SCAN_CHARACTERS
        for page, count in zip(pages, counts, strict=True)
    )
    return not sum(counts) or (scanned * 2 > len(pages) and sum(counts) < SCAN_CHARACTERS * scanned)


def _without_running_heads(pages: list[list[list[Word]]]) -> list[list[list[Word]]]:
    """Without the lines that the top or bottom of at least half the pages repeats.

    A line with the page's number goes from every page; one that is always the same stays where
    it first stands, for it may be the title.
    """
    edges = [_edges(lines) for lines in pages]
    counts = Counter(
        shape
        for page, lines in enumerate(edges)
        for shape in {shape for line in lines for shape in (_text(line), *_numbered(line, page))}
    )
    heads = {shape for shape, count in counts.items() if count >= max(2, len(pages) / 2)}
    kept, seen = [], set[str]()
    for page, lines in enumerate(pages):
        running = [
            line
            for line in edges[page]
            if _text(line) in seen or heads.intersection(_numbered(line, page))
        ]
        seen |= heads.intersection(map(_text, edges[page]))
        kept.append([line for line in lines if line not in running])
    return kept


def _edges(lines: list[list[Word]]) -> list[list[Word]]:
    """The two highest and the two lowest lines of a page."""
    by_height = sorted(lines, key=lambda line: -line[0].bottom)
    return by_height[:2] + by_height[2:][-2:]


def _numbered(line: list[Word], page: int) -> list[str]:
    """The line with its first, and with its last, number told relative to the page's index.

    Where that number is the page's, the result is the same on every page.
    """
    text = _text(line)
    numbers = list(NUMBER.finditer(text))
    return [
        f"{text[: n.start()]}\0{int(n[0]) - page}\0{text[n.end() :]}"
        for n in (numbers[:1] + numbers[-1:])
    ]


def _text(line: list[Word]) -> str:
    return " ".join(word.text for word in line)


def _assembled(pages: list[list[str]]) -> tuple[str, list[int]]:
    """The text and the offset of each page; a paragraph cut by a page's end is made whole."""
    mend = Mender(block for page in pages for block in page)
    text, last = "", ""
    starts: list[int] = []
    for page in pages:
        page_text = mend(clean(LEADER.sub(" \u2026 ", markup.join(page))))
        if text and page_text:
            text += " " if goes_on(last, page_text) else "\n\n"
        starts.append(len(text))
        text += page_text
        last = page[-1] if page else last
    return text, starts


class Mender:
    """Puts words together that a hyphen broke at a line's end.

    The hyphen stays in an address, in front of anything but a small letter, and in a word that
    the document elsewhere writes with one.
    """

    def __init__(self, blocks: Iterable[str]) -> None:
        self._words = {word for block in blocks for word in WORD.findall(block.lower())}

    def __call__(self, text: str) -> str:
        return BROKEN.sub(self._mend, text).replace(HYPHEN, "-")

    def _mend(self, found: re.Match[str]) -> str:
        head, tail = found.groups()
        whole = WORD.search(f"{head}{tail}".lower())
        hyphenated = WORD.search(f"{head}-{tail}".lower())
        known = hyphenated and hyphenated[0] in self._words
        spelt_without = whole and whole[0] in self._words
        if KEEPS_HYPHEN.search(head) or not tail[:1].islower() or (known and not spelt_without):
            return f"{head}-{tail}"
        return f"{head}{tail}"
