"""DOCX to Markdown: headings, lists, tables, hyperlinks, text boxes and notes.

Left out: what tracked changes delete, hidden text, headers and footers, tables of contents.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shared.knowledge.extraction import markup
from shared.knowledge.extraction.errors import Unreadable
from shared.knowledge.extraction.formats.docx_parts import Package, is_on, outline_level, value
from shared.knowledge.extraction.formats.elements import attribute, child, descendant, local
from shared.knowledge.extraction.reading import Reading, clean

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# AlternateContent carries the same text twice: as Choice and, for old readers, as Fallback.
LEFT_OUT = {"del", "moveFrom", "instrText", "delText", "Fallback", "pPr", "rPr"}
CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "p": "\n"}
NOTES = {"footnoteReference": "footnote", "endnoteReference": "endnote"}
WRAPPERS = {"sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml"}


def inspect(data: bytes) -> None:
    """Opens the container and parses the main part. Raises `Unreadable`."""
    body = Package(data).body
    if not any((e.text or "").strip() for e in body.iter() if local(e) == "t"):
        raise Unreadable("empty-document", "This DOCX contains no text; upload one that does.")


def read(data: bytes) -> Reading:
    """The text; its title is the paragraph styled Title, or the document's own property."""
    package = Package(data)
    story = Story(package)
    text = clean(markup.join(story.blocks(package.body)))
    return Reading(text, title=story.title or package.title() or story.first_heading)


class Story:
    """Writes the body of a document as Markdown blocks."""

    def __init__(self, package: Package) -> None:
        self._styles = package.styles()
        self._notes = {kind: package.notes(kind) for kind in NOTES.values()}
        self._cited: list[tuple[str, Element]] = []
        self.title: str | None = None
        self.first_heading: str | None = None

    def blocks(self, container: Element) -> Iterator[str]:
        """Headings, paragraphs, items and tables in order, each note after where it is cited."""
        for element in _unwrapped(container):
            if local(element) == "p":
                yield self._paragraph(element)
            else:
                yield from self._table(element)
            while self._cited:
                label, note = self._cited.pop(0)
                yield f"[^{label}]: {self._flat(note)}"

    def _paragraph(self, paragraph: Element) -> str:
        style = value(descendant(paragraph, "pPr", "pStyle"))
        text = self._text(paragraph).strip()
        if not text or self._styles.is_contents(style):
            return ""
        level = outline_level(paragraph)
        level = self._styles.heading_level(style) if level is None else level
        if level:
            self._remember(style, text)
            return markup.heading(level, text)
        numbering = descendant(paragraph, "pPr", "numPr")
        if numbering is not None or self._styles.is_list(style):
            depth = value(child(numbering, "ilvl"))
            return markup.item(int(depth) if depth.isdigit() else 0, text)
        return text

    def _remember(self, style: str, text: str) -> None:
        self.first_heading = self.first_heading or text
        if self._styles.is_title(style):
            self.title = self.title or text

    def _text(self, element: Element) -> str:
        return "".join(self._pieces(element))

    def _pieces(self, element: Element) -> Iterator[str]:
        for piece in element:
            name = local(piece)
            if name in LEFT_OUT or is_on(descendant(piece, "rPr", "vanish")):
                continue
            if name == "t":
                yield piece.text or ""
            elif name in NOTES:
                yield self._cite(NOTES[name], attribute(piece, "id"))
            else:
                if name in CHARACTERS:
                    yield CHARACTERS[name]
                yield from self._pieces(piece)

    def _cite(self, kind: str, number: str) -> str:
        note = self._notes[kind].get(number)
        if note is None:
            return ""
        label = f"{kind[0] if kind == 'endnote' else ''}{number}"
        self._cited.append((label, note))
        return f"[^{label}]"

    def _table(self, table: Element) -> Iterator[str]:
        """A table; one that is a single cell or column is only layout and read as paragraphs."""
        rows = [list(_unwrapped(row, "tc")) for row in _rows(table)]
        if all(len(row) < 2 for row in rows):
            for row in rows:
                for cell in row:
                    yield from self.blocks(cell)
        else:
            yield markup.table(self._cells(rows))

    def _cells(self, rows: list[list[Element]]) -> Iterator[list[str]]:
        """Text by grid column; a cell merged downwards repeats its text, sideways it does not."""
        above: dict[int, str] = {}
        for row in rows:
            texts: list[str] = []
            for cell in row:
                merged = descendant(cell, "tcPr", "vMerge")
                goes_on = merged is not None and value(merged) != "restart"
                text = above.get(len(texts), "") if goes_on else self._flat(cell)
                above[len(texts)] = text
                span = value(descendant(cell, "tcPr", "gridSpan"))
                texts += [text] + [""] * (min(int(span), 64) - 1 if span.isdigit() else 0)
            yield texts

    def _flat(self, container: Element) -> str:
        """A cell or note on one line; rows of a table within it are told apart by semicolons."""
        parts: list[str] = []
        for element in _unwrapped(container):
            if local(element) == "p":
                parts.append(self._text(element))
            else:
                rows = ([self._flat(c) for c in _unwrapped(row, "tc")] for row in _rows(element))
                parts.append("; ".join(", ".join(filter(None, row)) for row in rows))
        return markup.one_line(" ".join(parts))


def _unwrapped(container: Element, *names: str) -> Iterator[Element]:
    """Paragraphs and tables (or the elements named) of a container, also in content controls."""
    for element in container:
        name = local(element)
        if name in (names or ("p", "tbl")):
            yield element
        elif name in WRAPPERS:
            yield from _unwrapped(element, *names)


def _rows(table: Element) -> Iterator[Element]:
    """The rows of a table but for those that tracked changes delete."""
    for row in _unwrapped(table, "tr"):
        if descendant(row, "trPr", "del") is None:
            yield row
