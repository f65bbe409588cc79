"""HTML to Markdown: headings, paragraphs, lists, tables and preformatted text of the content."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from selectolax.lexbor import LexborHTMLParser, LexborNode

from shared.knowledge.extraction import markup
from shared.knowledge.extraction.decoding import decode
from shared.knowledge.extraction.formats.html_content import content
from shared.knowledge.extraction.reading import Reading, clean

SPACE = re.compile(r"[ \t\r\n\f]+")
HEADING = re.compile(r"h[1-6]")
LISTS = {"ul", "ol", "menu", "dir"}
INLINE = re.compile(
    r"a|abbr|acronym|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|ins|kbd|label|mark|q|rp|rt|"
    r"ruby|s|samp|small|span|strike|strong|sub|sup|time|tt|u|var|wbr"
)
LAYOUT = "table, h1, h2, h3, h4, h5, h6, form"
"""A table around any of these arranges a page and holds no data."""

WIDEST_SPAN = 64

Item = Literal["none", "begins", "goes on"]
"""Whether text stands in a list item, and whether its first line is already written."""


def read(data: bytes) -> Reading:
    """The content's text; the title is its only `h1`, or the page's `title`."""
    page = LexborHTMLParser(decode(data, html=True))
    root, title = content(page), page.css_first("head > title")
    tops = [line for node in page.css("h1") if (line := markup.one_line(_flat(node)))]
    name = tops[0] if len(tops) == 1 else (title.text() if title else None)
    text = written(root)
    if len(tops) == 1 and text and markup.heading(1, tops[0]) not in text:
        text = f"{markup.heading(1, tops[0])}\n\n{text}"
    return Reading(text, title=name)


def written(root: LexborNode | None) -> str:
    """The Markdown of an element, or of nothing."""
    writer = Writer()
    if root is not None:
        writer.write(root)
    return clean(markup.join(writer.blocks))


class Writer:
    """Collects the blocks of an element; text runs on until an element that is not inline."""

    def __init__(self) -> None:
        self.blocks: list[str] = []
        self._line: list[str] = []
        self._depth = 0
        self._item: Item = "none"

    def write(self, node: LexborNode) -> None:
        """Adds the blocks of what is in `node`."""
        for child in node.iter(include_text=True):
            if child.is_text_node:
                self._line.append(SPACE.sub(" ", child.text_content or ""))
            elif child.is_element_node:
                self._element(child, child.tag or "")
        if not INLINE.fullmatch(node.tag or ""):
            self._end_block()

    def _element(self, node: LexborNode, tag: str) -> None:
        if tag == "br":
            self._line.append("\n")
        elif INLINE.fullmatch(tag):
            self.write(node)
        else:
            self._end_block()
            self._block(node, tag)

    def _block(self, node: LexborNode, tag: str) -> None:
        if own := _own_blocks(node, tag):
            self._item = "none"
            self.blocks += own
        elif tag in LISTS:
            self._depth += 1
            self.write(node)
            self._depth -= 1
        elif tag == "li":
            self._item = "begins"
            self.write(node)
            self._item = "none"
        else:
            self.write(node)

    def _end_block(self) -> None:
        lines = [line.strip(" ") for line in "".join(self._line).split("\n")]
        self._line.clear()
        text = "\n".join(filter(None, lines))
        if not text:
            return
        if self._item == "goes on" and self.blocks:
            self.blocks[-1] += f" {markup.one_line(text)}"
        elif self._item == "begins":
            self.blocks.append(markup.item(max(self._depth - 1, 0), text))
            self._item = "goes on"
        else:
            self.blocks.append(text)


def _own_blocks(node: LexborNode, tag: str) -> list[str]:
    """The blocks of an element that is written as a whole; none for one that is walked into."""
    if HEADING.fullmatch(tag):
        return [markup.heading(int(tag[1]), _flat(node))]
    if tag == "pre":
        return [f"```\n{node.text().strip()}\n```"]
    if tag == "table" and _is_data(node):
        captions = [markup.one_line(_flat(caption)) for caption in node.css("caption")]
        return [*captions, markup.table(_cells(node))]
    return []


def _is_data(table: LexborNode) -> bool:
    inner = [node for node in table.css(LAYOUT) if node.mem_id != table.mem_id]
    columns = max((len(row.css("td, th")) for row in table.css("tr")), default=0)
    return not inner and columns > 1 and table.attributes.get("role") != "presentation"


def _cells(table: LexborNode) -> Iterator[list[str]]:
    """Text by grid column; a cell over several rows repeats its text, over columns it does not."""
    above: dict[int, tuple[int, str]] = {}
    for row in table.css("tr"):
        texts: list[str] = []
        for cell in row.css("td, th"):
            _fill(texts, above)
            text, rows = _flat(cell), _span(cell, "rowspan")
            for column, shown in enumerate([text] + [""] * (_span(cell, "colspan") - 1)):
                above[len(texts)] = (rows - 1, shown if column else text)
                texts.append(shown)
        _fill(texts, above)
        yield texts


def _fill(texts: list[str], above: dict[int, tuple[int, str]]) -> None:
    """Adds the cells that reach down from earlier rows at the next columns."""
    while above.get(len(texts), (0, ""))[0] > 0:
        rows, text = above[len(texts)]
        above[len(texts)] = (rows - 1, text)
        texts.append(text)


def _span(cell: LexborNode, name: str) -> int:
    value = (cell.attributes.get(name) or "1").strip()
    return min(max(int(value), 1), WIDEST_SPAN) if value.isdecimal() else 1


def _flat(node: LexborNode) -> str:
    """All text of an element, with spaces where blocks and lines end."""
    return "".join(_texts(node))


def _texts(node: LexborNode) -> Iterator[str]:
    for child in node.iter(include_text=True):
        if child.is_text_node:
            yield child.text_content or ""
        elif child.is_element_node:
            edge = "" if INLINE.fullmatch(child.tag or "") else " "
            yield edge
            yield from _texts(child)
            yield edge
