"""Lines of a PDF to headings, paragraphs and list items, told apart by type and spacing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple, TypeVar

from shared.knowledge.extraction import markup
from shared.knowledge.extraction.formats.pdf_grids import Flow
from shared.knowledge.extraction.formats.pdf_pages import Word

T = TypeVar("T")

BULLET = re.compile(r"[•●○◦▪▫■□‣⁃∙·\u2013\u2014*-]|[\uf0a7\uf0b7\uf0d8]")
NUMBERED = re.compile(r"\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})[.)]|\d+(?:\.\d+)+\.?")
SENTENCE_END = re.compile(r"[.!?:;。！？…][\"'”’)\]]*$")
LETTER = re.compile(r"[^\W\d_]")

LARGER = 1.15
"""Type larger than body text by this factor is a heading."""

SAME_SIZE = 1.08
BOLDER = 1.35
PARAGRAPH_GAP = 1.3
"""In leadings, from one baseline to the next."""

LONGEST_HEADING = 25
SHORTEST_PROSE = 12
"""In words; a shorter line without a full stop is a label, and complete."""


class Typography(NamedTuple):
    """A document's body text: height, weight and leading (baseline to baseline), in points; and
    the heights of its headings, largest first."""

    height: float
    weight: int
    leading: float
    headings: list[float]

    def heading_level(self, line: list[Word]) -> int:
        """1 to 6, or 0 for a line of body text."""
        text = _text(line)
        if not LETTER.search(text) or BULLET.fullmatch(line[0].text):
            return 0
        height = _height(line)
        if height > LARGER * self.height:
            return min(1 + sum(other > height for other in self.headings), 6)
        bold = text[0] != "(" and all(word.weight >= BOLDER * self.weight for word in line)
        if bold and height >= self.height / LARGER and not SENTENCE_END.search(text):
            return min(1 + len(self.headings), 6)
        return 0


def typography(pages: Iterable[list[list[Word]]]) -> Typography:
    """What most characters of the document look like."""
    heights: Counter[float] = Counter()
    weights: Counter[int] = Counter()
    leadings: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            heights[_height(line)] += len(_text(line))
            weights[line[0].weight] += len(_text(line))
        for before, line in pairwise(lines):
            step = before[0].bottom - line[0].bottom
            if 0.8 * _height(line) < step < 2.5 * _height(line):
                leadings[round(step * 2) / 2] += 1
    body = _commonest(heights, 10.0)
    return Typography(
        body,
        _commonest(weights, 400),
        _commonest(leadings, 1.2 * body),
        _distinct(height for height in heights if height > LARGER * body),
    )


def blocks(flow: Flow, style: Typography) -> list[str]:
    """The Markdown blocks of one page."""
    written: list[str] = []
    for piece in _columns(flow):
        new = [piece] if isinstance(piece, str) else list(_paragraphs(piece, style))
        if written and new and goes_on(written[-1], new[0]):
            new[0] = f"{written.pop()} {new[0]}"
        written += new
    return written


def goes_on(before: str, after: str) -> bool:
    """Whether a block is the rest of the one before, cut by the end of a column or page."""
    if SENTENCE_END.search(before) or before.startswith(("#", "|")):
        return False
    if NUMBERED.match(after) or after.startswith(("#", "|", "- ")):
        return False
    return after[:1].islower() or len(before.split()) >= SHORTEST_PROSE


def _columns(flow: Flow) -> Iterator[str | list[list[Word]]]:
    """Tables, and runs of lines that stand under one another."""
    run: list[list[Word]] = []
    for line in flow:
        below = run and not isinstance(line, str) and _is_below(run[-1], line)
        if run and not below:
            yield run
            run = []
        if isinstance(line, str):
            yield line
        else:
            run.append(line)
    if run:
        yield run


def _is_below(before: list[Word], line: list[Word]) -> bool:
    overlap = min(before[-1].right, line[-1].right) - max(before[0].left, line[0].left)
    return line[0].bottom < before[0].top - _height(before) / 2 and overlap > 0


def _paragraphs(run: list[list[Word]], style: Typography) -> Iterator[str]:
    margin = max(line[-1].right for line in run)
    block, text = run[0], _text(run[0])
    for before, line in pairwise(run):
        joint = _joint(before, line, style, margin)
        if joint:
            text += joint + _text(line)
        else:
            yield _written(block, text, style)
            block, text = line, _text(line)
    yield _written(block, text, style)


def _joint(before: list[Word], line: list[Word], style: Typography, margin: float) -> str:
    """What joins a line to the one before: a space, a newline, or nothing if a block begins.

    A line that ends although the next word would have fitted was ended on purpose.
    """
    if style.heading_level(before) != style.heading_level(line) or _marker(line):
        return ""
    height = max(_height(before), _height(line))
    step = before[0].bottom - line[0].bottom
    leading = style.leading * max(1.0, height / style.height)
    if step > PARAGRAPH_GAP * leading or height > SAME_SIZE * min(_height(before), _height(line)):
        return ""
    ended = SENTENCE_END.search(before[-1].text)
    room = margin - before[-1].right - 0.3 * height
    if room > line[0].right - line[0].left:
        return "" if ended or style.heading_level(line) else "\n"
    first = before[1] if _marker(before) else before[0]
    return "" if ended and line[0].left > first.left + height else " "


def _marker(line: list[Word]) -> bool:
    """Whether the line begins a list item or a numbered clause."""
    first = line[0].text
    return len(line) > 1 and bool(BULLET.fullmatch(first) or NUMBERED.fullmatch(first))


def _written(first: list[Word], text: str, style: Typography) -> str:
    level = style.heading_level(first)
    if level and len(text.split()) <= LONGEST_HEADING:
        return markup.heading(level, text)
    if _marker(first) and BULLET.fullmatch(first[0].text):
        return markup.item(0, text[len(first[0].text) :])
    return text


def _text(line: list[Word]) -> str:
    return " ".join(word.text for word in line)


def _height(line: list[Word]) -> float:
    """The middle one of its words' heights, to half a point."""
    heights = sorted(word.top - word.bottom for word in line)
    return round(heights[len(heights) // 2] * 2) / 2


def _distinct(heights: Iterable[float]) -> list[float]:
    """Heights, largest first, without those nearly the same as a larger one."""
    distinct: list[float] = []
    for height in sorted(heights, reverse=True):
        if not distinct or distinct[-1] > SAME_SIZE * height:
            distinct.append(height)
    return distinct


def _commonest(counts: Counter[T], default: T) -> T:
    return counts.most_common(1)[0][0] if counts else default
