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
    return sum(1 for _ in WORD.finditer(text, *span))


def pieces(text: str, span: Span, max_words: int) -> Iterator[Piece]:
    """The sentences of a passage, each cut at lines or words if it alone is too long."""
    for sentence in _sentences(text, span):
        yield from fitting(text, sentence, max_words)


def fitting(text: str, span: Span, max_words: int) -> Iterator[Piece]:
    """The span, or where it alone is too long its lines, or its words."""
    start, end = stripped(text, span)
    words = count_words(text, (start, end))
    if words <= max_words:
        if words:
            yield Piece(start, end, words)
    elif "\n" in text[start:end]:
        for line in line_spans(text, (start, end)):
            yield from fitting(text, line, max_words)
    else:
        yield from _cut(text, (start, end), max_words)


def _cut(text: str, span: Span, max_words: int) -> Iterator[Piece]:
    run: list[Span] = []
    for found in WORD.finditer(text, *span):
        if len(run) == max_words:
            kept = _up_to_space(run, found.start())
            yield Piece(run[0][0], run[kept - 1][1], kept)
            run = run[kept:]
        run.append(found.span())
    yield Piece(run[0][0], run[-1][1], len(run))


def _up_to_space(run: list[Span], following: int) -> int:
    """How many words of the run stand before its last white space; all, if it has none."""
    starts = [start for start, _ in run[1:]] + [following]
    spaced = (n for n in range(len(run), 0, -1) if run[n - 1][1] < starts[n - 1])
    return next(spaced, len(run))


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
