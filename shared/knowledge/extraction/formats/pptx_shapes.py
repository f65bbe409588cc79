"""The shapes of a slide to Markdown blocks (ECMA-376, part 1, 19.3 and 21.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shared.knowledge.extraction import markup
from shared.knowledge.extraction.formats.elements import (
    attribute,
    child,
    descendant,
    descendants,
    is_true,
    local,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

TITLES = {"title", "ctrTitle"}
LEFT_OUT = {"title", "dt", "ftr", "hdr", "sldNum"}
CONTAINERS = {"cSld", "spTree", "grpSp", "AlternateContent", "Choice"}
"""AlternateContent carries the same shape twice: as Choice and, for old readers, as Fallback."""

SHAPES = {"sp", "graphicFrame", "cxnSp"}


def shapes(element: Element) -> Iterator[Element]:
    """The shapes and tables of a slide in drawing order, also those in groups."""
    for inner in element:
        name = local(inner)
        if name in SHAPES and not _is_hidden(inner):
            yield inner
        elif name in CONTAINERS:
            yield from shapes(inner)


def placeholder(shape: Element) -> str:
    """Which placeholder of the layout a shape fills: `title`, `body`, `dt` …; else empty."""
    mark = descendant(shape, "nvSpPr", "nvPr", "ph")
    if mark is None:
        return ""
    kind = attribute(mark, "type") or "obj"
    return "title" if kind in TITLES else kind


def text_of(shape: Element) -> str:
    """All text of a shape on one line."""
    return markup.one_line(" ".join(map(_text, descendants(shape, "p"))))


def blocks(slide: Element) -> Iterator[str]:
    """Paragraphs, list items and tables of a slide, but for its title."""
    for shape in shapes(slide):
        kind = placeholder(shape)
        if kind in LEFT_OUT:
            continue
        for table in descendants(shape, "tbl"):
            yield markup.table(_cells(table))
        body = child(shape, "txBody")
        for paragraph in body if body is not None else ():
            if local(paragraph) == "p":
                yield _paragraph(paragraph, listed=kind in {"body", "obj"})


def _paragraph(paragraph: Element, *, listed: bool) -> str:
    """A list item if it has a bullet, as the text of body placeholders (`listed`) does unasked."""
    text = _text(paragraph).strip()
    properties = child(paragraph, "pPr")
    marks = {local(e) for e in properties} if properties is not None else set[str]()
    is_item = bool(marks & {"buChar", "buAutoNum", "buBlip"}) or (listed and "buNone" not in marks)
    if not text or not is_item:
        return text
    level = attribute(properties, "lvl") if properties is not None else ""
    return markup.item(int(level) if level.isdecimal() else 0, text)


def _text(paragraph: Element) -> str:
    pieces: list[str] = []
    for piece in paragraph.iter():
        name = local(piece)
        if name == "t":
            pieces.append(piece.text or "")
        elif name == "br":
            pieces.append("\n")
    return "".join(pieces)


def _cells(table: Element) -> Iterator[list[str]]:
    """Text by column; a cell merged downwards repeats its text, sideways it does not."""
    above: list[str] = []
    for row in table:
        if local(row) != "tr":
            continue
        texts: list[str] = []
        for cell in row:
            if local(cell) == "tc":
                goes_on = is_true(cell, "vMerge") and len(texts) < len(above)
                texts.append(above[len(texts)] if goes_on else text_of(cell))
        above = texts
        yield texts


def _is_hidden(shape: Element) -> bool:
    """Whether the author hid a shape in the selection pane."""
    return any(is_true(e, "hidden") for part in shape for e in part if local(e) == "cNvPr")
