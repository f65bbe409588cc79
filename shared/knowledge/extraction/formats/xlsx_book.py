"""The parts of an XLSX workbook: sheets, shared strings and cell formats (ECMA-376, part 1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from shared.knowledge.extraction.formats.elements import (
    attribute,
    child,
    descendants,
    is_true,
    local,
    stream,
)
from shared.knowledge.extraction.formats.open_package import OpenPackage, relation_id
from shared.knowledge.extraction.formats.xlsx_codes import BUILT_IN
from shared.knowledge.extraction.formats.xlsx_numbers import shown

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

GENERAL = "General"
TRUTH = {"0": "FALSE", "1": "TRUE"}


class Sheet(NamedTuple):
    """A visible worksheet: its name and its part."""

    name: str
    part: str


class Workbook(OpenPackage):
    """An open XLSX. Raises `Unreadable`."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data, "XLSX", "xl/")
        self._root = self.parse(self.main)
        self._relations = self.relations(self.main)

    def sheets(self) -> Iterator[Sheet]:
        """The worksheets in the order of their tabs, but for hidden ones and charts."""
        for sheet in descendants(self._root, "sheet"):
            relation = self._relations.get(relation_id(sheet))
            is_hidden = attribute(sheet, "state") in {"hidden", "veryHidden"}
            if relation and relation.kind == "worksheet" and not is_hidden:
                yield Sheet(attribute(sheet, "name"), relation.target)

    def cells(self) -> CellTexts:
        properties = child(self._root, "workbookPr")
        from_1904 = properties is not None and is_true(properties, "date1904")
        return CellTexts(self._strings(), list(self._formats()), from_1904=from_1904)

    def _strings(self) -> list[str]:
        part = self._related("sharedStrings")
        strings: list[str] = []
        for element in stream(self.read(part), "XLSX") if part else ():
            if local(element) == "si":
                strings.append(rich_text(element))
                element.clear()
        return strings

    def _formats(self) -> Iterator[str]:
        """The number format code of each cell style."""
        part = self._related("styles")
        if not part:
            return
        root = self.parse(part)
        codes = {
            int(e.get("numFmtId") or 0): e.get("formatCode") for e in descendants(root, "numFmt")
        }
        styles = child(root, "cellXfs")
        for style in styles if styles is not None else ():
            number = int(style.get("numFmtId") or 0)
            yield codes.get(number) or BUILT_IN.get(number, GENERAL)

    def _related(self, kind: str) -> str | None:
        return next((r.target for r in self._relations.values() if r.kind == kind), None)


class CellTexts:
    """What cells show, by their stored value, type and style."""

    def __init__(self, strings: list[str], formats: list[str], *, from_1904: bool) -> None:
        self._strings = strings
        self._formats = formats
        self._from_1904 = from_1904

    def text(self, cell: Element) -> str:
        """A cell's text; that of a formula is the value it last had."""
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            inline = child(cell, "is")
            return rich_text(inline) if inline is not None else ""
        value = next((e.text or "" for e in cell if local(e) == "v"), "")
        if kind == "s":
            return self._strings[int(value)] if value else ""
        if kind == "b":
            return TRUTH.get(value, value)
        if kind != "n" or not value:
            return value
        return shown(value, self._format(cell.get("s")), from_1904=self._from_1904)

    def _format(self, style: str | None) -> str:
        number = int(style or 0)
        return self._formats[number] if number < len(self._formats) else GENERAL


def rich_text(element: Element) -> str:
    """The text of a string's runs, without the phonetic reading of East Asian text."""
    pieces: list[str] = []
    for piece in element:
        name = local(piece)
        if name == "t":
            pieces.append(piece.text or "")
        elif name == "r":
            pieces += [text.text or "" for text in piece if local(text) == "t"]
    return "".join(pieces)
