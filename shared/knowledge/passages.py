"""Measures passages in words and cuts those that are too long: at sentences, lines, then words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

Span = tuple[int, int]

CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
WORD = re.compile(rf"[{CJK}]|[^\s{CJK}]{{1,20}}")
"""Scripts without spaces count by character, and a long address as several words, because that is
how embedding models' tokens count."""

SENTENCE_BREAK = re.compile(
    r"(?<=[.!?…])[\"'”’»)\]]*\s+(?=[\"'“‘«(\[¿¡*_]*[^\W_a-z])|(?<=[。！？])[”’」』）]*\s*(?=\S)"
)
ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[A-Za-z]|[A-Za-z]\.[A-Za-z]|mr|mrs|ms|dr|prof|st|no|nr|art|sec|fig|vs|cf|ca|"
    r"approx|bzw|sr|sra)\.$",
    re.I,
)


class Piece(NamedTuple):
    """A passage from `start` to `end`, and its size in words."""

    start: int
    end: int
    words: int


def count_words(text: str, span: Span) -> int:
    """The size of a passage, as chunks are measured."""
    return len(WORD.findall(text, *span))


def pieces(text: str, span: Span, max_words: int) -> Iterator[Piece]:
    """The sentences of a passage, each cut at lines or words if it alone is too long."""
    for sentence in _sentences(text, span):
        yield from fitting(text, sentence, max_words)


def fitting(text: str, span: Span, max_words: int) -> Iterator[Piece]:
    """The span, or where it alone is too long its lines, or its words."""
    start, end = stripped(text, span)
    words = [found.span() for found in WORD.finditer(text, start, end)]
    if len(words) <= max_words:
        if words:
            yield Piece(start, end, len(words))
    elif "\n" in text[start:end]:
        for line in line_spans(text, (start, end)):
            yield from fitting(text, line, max_words)
    else:
        yield from _cut(words, max_words)


def _cut(words: list[Span], max_words: int) -> Iterator[Piece]:
    first = 0
    while first < len(words):
        after = min(first + max_words, len(words))
        space = after
        while first < space < len(words) and words[space][0] == words[space - 1][1]:
            space -= 1
        after = space if space > first else after
        yield Piece(words[first][0], words[after - 1][1], after - first)
        first = after


def _sentences(text: str, span: Span) -> Iterator[Span]:
    start, end = span
    for found in SENTENCE_BREAK.finditer(text, start, end):
        if not ABBREVIATION.search(text[max(start, found.start() - 12) : found.start()]):
            yield start, found.end()
            start = found.end()
    yield start, end


def line_spans(text: str, span: Span) -> Iterator[Span]:
    """The lines of a passage that are not blank."""
    start = span[0]
    for line in text[slice(*span)].split("\n"):
        if line.strip():
            yield stripped(text, (start, start + len(line)))
        start += len(line) + 1


def stripped(text: str, span: Span) -> Span:
    """The passage without the white space at its ends."""
    passage = text[slice(*span)]
    start = span[0] + len(passage) - len(passage.lstrip())
    return start, start + len(passage.strip())
