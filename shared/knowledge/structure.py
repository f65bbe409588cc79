"""The structure of stored text: headings, and the passages between them that stay in one piece.

Stored text is Markdown-like (see `extraction`). Offsets are Python string indices.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from shared.knowledge.passages import Span, count_words, fitting, line_spans, pieces, stripped

HEADING = re.compile(r" {0,3}(?P<marks>#{1,6})[ \t]+(?P<title>\S.*)")
CLOSING_MARKS = re.compile(r"(?<=[ \t])#+$")
ITEM = re.compile(r"\s*(?:[-*+•]|\(?(?:\d{1,3}|[A-Za-z])[.)])\s+\S")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
ROW = re.compile(r"\s*\|")

COMPLETE = re.compile(r"[.!?;。！？…][\"'”’)\]*_]*$")
LABEL_WORDS = 10


class Unit(NamedTuple):
    """A passage that is never cut: `start` to `end`, and its size in words.

    One that `leads` (a label, an introduction ending in a colon, a table's header) belongs to
    what follows it.
    """

    start: int
    end: int
    words: int
    leads: bool


class Section(NamedTuple):
    """What stands under one heading, which begins at `start`; `path` ends in that heading.

    `words` counts the heading's too.
    """

    start: int
    path: tuple[str, ...]
    units: list[Unit]
    words: int


def sections(text: str, max_words: int) -> Iterator[Section]:
    """The sections that have text of their own, none of whose units exceeds `max_words` words.

    A heading with nothing under it, not even another heading, is its own text.
    """
    headings: list[tuple[int, str]] = []
    start, title = 0, (0, 0)
    units: list[Unit] = []
    for span, found in _blocks(text):
        if found is None:
            units += _units(text, span, max_words)
            continue
        level = len(found["marks"])
        if units or (headings and level <= headings[-1][0]):
            yield _section(text, start, headings, units, title)
        name = CLOSING_MARKS.sub("", found["title"].rstrip()).rstrip()
        headings = [above for above in headings if above[0] < level] + [(level, name)]
        start = span[0]
        title = (start + found.start("title"), start + found.start("title") + len(name))
        units = []
    if units or headings:
        yield _section(text, start, headings, units, title)


def _section(
    text: str, start: int, headings: list[tuple[int, str]], units: list[Unit], title: Span
) -> Section:
    path = tuple(name for _, name in headings)
    title_words = count_words(text, title)
    if units:
        return Section(start, path, units, title_words + 1 + sum(unit.words for unit in units))
    alone = Unit(*title, title_words, leads=False)
    return Section(title[0], path[:-1], [alone], title_words)


def _blocks(text: str) -> Iterator[tuple[Span, re.Match[str] | None]]:
    """Spans of headings, paragraphs, list items and rows; headings come with their match."""
    begin = end = 0
    fence = ""
    for start, line in _lines(text):
        opening = FENCE.match(line)
        heading = None if fence else HEADING.match(line)
        begins = opening or heading or ITEM.match(line) or ROW.match(line) or not line.strip()
        after_row = end > begin and ROW.match(text, begin, end)
        if (begins or after_row) and not fence and end > begin:
            yield (begin, end), None
            begin = end
        if heading:
            yield (start, start + len(line)), heading
            begin = end = start + len(line)
        elif line.strip():
            begin = begin if end > begin else start
            end = start + len(line)
        fence = _fence_after(fence, opening)
    if end > begin:
        yield (begin, end), None


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def _fence_after(fence: str, found: re.Match[str] | None) -> str:
    """The fence that is open after a line: a longer or equal one closes it."""
    if not found:
        return fence
    if not fence:
        return found[1]
    return "" if found[1].startswith(fence) else fence


def _units(text: str, span: Span, max_words: int) -> Iterator[Unit]:
    span = stripped(text, span)
    words = count_words(text, span)
    lines = list(line_spans(text, span))
    if len(lines) > 1 and any(_is_delimiter_row(text[slice(*line)]) for line in lines):
        parts = [piece for line in lines for piece in fitting(text, line, max_words)]
    elif words > max_words:
        parts = list(pieces(text, span, max_words))
    else:
        yield Unit(*span, words, _leads(text, span, words))
        return
    yield from (Unit(*part, leads=False) for part in parts)


def _is_delimiter_row(line: str) -> bool:
    """Whether the line is what stands under a table's header."""
    return "|" in line and "-" in line and not line.strip("|:- \t")


def _leads(text: str, span: Span, words: int) -> bool:
    line = text[slice(*span)]
    if ROW.match(line):
        below = text[span[1] : text.find("\n", span[1] + 1)].strip()
        return _is_delimiter_row(line) or _is_delimiter_row(below)
    if line.endswith(":"):
        return True
    return words <= LABEL_WORDS and not (COMPLETE.search(line) or ITEM.match(line))
