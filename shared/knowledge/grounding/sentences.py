"""Where sentences begin and end, in sources and in what a model says: prose, lists and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

_MARKER = re.compile(r"\s*(?:[-*+•#|>]|\d{1,3}[.)]\s)")
_ENDS_LINE = re.compile(r"[.!?:;|。！？][*_\"'”’)\]]*\s*$")
# An end mark, closing quotes, and then a space before anything but a small letter.
_END = re.compile(r"[.!?…][*_\"'”’»)\]]*\s+(?=[\"'“‘«(\[¿¡*_]*[^\W_a-z])|[。！？]\s*")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|vs|etc|approx|No|Nr|Inc|Ltd|Jr|Sr|Sra?|e\.g|i\.e|z\.B|[A-Z]))\.$"
)
_WRAPPED = 40  # a shorter line that just stops is a title, not prose broken to fit a page


def sentence_spans(text: str) -> list[Span]:
    """The sentences of a text as (start, end) without surrounding white space, in order.

    A list item, a table row and a heading are sentences of their own; a line broken in the middle
    of a sentence, as in a printed page, is not an end.
    """
    return [span for start, end in _paragraphs(text) for span in _sentences(text, start, end)]


def _paragraphs(text: str) -> Iterator[Span]:
    """Runs of lines that read on from one to the next."""
    start = previous = None
    for line in re.finditer(r"[^\n]+", text):
        if not line.group().strip():
            continue
        if previous is not None and start is not None and not _reads_on(text, previous, line):
            yield start, previous.end()
            start = None
        start = line.start() if start is None else start
        previous = line
    if previous is not None and start is not None:
        yield start, previous.end()


def _reads_on(text: str, line: re.Match[str], following: re.Match[str]) -> bool:
    """Whether a line goes on in the next: nothing ends it and nothing begins there."""
    blank = text.count("\n", line.end(), following.start()) > 1
    if blank or _MARKER.match(following.group()) or line.group().lstrip().startswith(("#", "|")):
        return False
    lower = following.group().lstrip()[0].islower()
    return lower or (len(line.group()) >= _WRAPPED and not _ENDS_LINE.search(line.group()))


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    for boundary in _END.finditer(text, start, end):
        mark = boundary.start() + 1
        if not _ABBREVIATION.search(text, max(start, mark - 8), mark):
            yield from _trimmed(text, start, boundary.end())
            start = boundary.end()
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    inner = text[start:end].strip()
    if inner:
        first = text.index(inner, start)
        yield first, first + len(inner)
