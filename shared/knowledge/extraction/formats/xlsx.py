"""XLSX to Markdown: a heading and a table for each visible sheet, cells as Excel shows them.

Left out: hidden sheets, rows and columns, charts and comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from shared.knowledge.extraction import limits, markup
from shared.knowledge.extraction.errors import too_complex
from shared.knowledge.extraction.formats.elements import is_true, local, stream
from shared.knowledge.extraction.formats.xlsx_book import CellTexts, Workbook
from shared.knowledge.extraction.reading import Reading, clean

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
CHARACTERS_PER_CELL = 3
"""What even an empty cell adds to a row of the table."""


class Range(NamedTuple):
    """Cells from one row and column to another, both counted from 1 and included."""

    top: int
    left: int
    bottom: int
    right: int


def inspect(data: bytes) -> None:
    """Opens the container and parses the main part. Raises `Unreadable`."""
    Workbook(data)


def read(data: bytes) -> Reading:
    """The sheets' text; the title is the workbook's own property."""
    book = Workbook(data)
    texts = book.cells()
    blocks: list[str] = []
    for sheet in book.sheets():
        grid = Grid(book.read(sheet.part), texts)
        if written := markup.join(grid.blocks()):
            blocks += [markup.heading(1, sheet.name), written]
    return Reading(clean(markup.join(blocks)), title=book.title())


class Grid:
    """The filled cells of a worksheet; what is empty takes no room, however far it reaches."""

    def __init__(self, data: bytes, texts: CellTexts) -> None:
        self._texts = texts
        self._rows: dict[int, dict[int, str]] = {}
        self._hidden_rows: set[int] = set()
        self._hidden_columns: list[tuple[int, int]] = []
        self._last_row = 0
        self._characters = 0
        merged: list[Range] = []
        for element in stream(data, "XLSX"):
            name = local(element)
            if name == "row":
                self._add_row(element)
                element.clear()
            elif name == "col" and is_true(element, "hidden"):
                columns = int(element.get("min", "1")), int(element.get("max", "1"))
                self._hidden_columns.append(columns)
            elif name == "mergeCell":
                merged.append(_range(element.get("ref", "")))
        for cells in merged:
            self._merge(cells)

    def blocks(self) -> Iterator[str]:
        """Lines with one cell at the top (a title, a remark) as lines, all below as a table."""
        rows = [self._rows[number] for number in sorted(self._rows.keys() - self._hidden_rows)]
        columns = [c for c in sorted(set().union(*rows)) if not self._is_hidden(c)]
        if len(rows) * len(columns) * CHARACTERS_PER_CELL > limits.MAX_CHARACTERS:
            raise too_complex("a sheet of it is too large")
        filled = ([row.get(column, "") for column in columns] for row in rows)
        table = [row for row in filled if any(row)]
        first = next((n for n, row in enumerate(table) if sum(map(bool, row)) > 1), len(table))
        yield "\n".join(markup.one_line("".join(row)) for row in table[:first])
        yield markup.table(table[first:])

    def _add_row(self, row: Element) -> None:
        """Rows and cells without a reference stand next to the ones before them."""
        number = self._last_row = int(row.get("r") or self._last_row + 1)
        cells: dict[int, str] = {}
        column = 0
        for cell in row:
            reference = REFERENCE.match(cell.get("r", ""))
            column = _column(reference[1]) if reference else column + 1
            text = self._texts.text(cell).strip()
            if text:
                cells[column] = text
                self._characters += len(text)
        if self._characters > limits.MAX_CHARACTERS:
            raise too_complex(f"it has more than {limits.MAX_CHARACTERS:,} characters")
        self._rows[number] = cells
        if is_true(row, "hidden"):
            self._hidden_rows.add(number)

    def _merge(self, cells: Range) -> None:
        """A cell merged downwards repeats its text in every row, sideways it does not."""
        text = self._rows.get(cells.top, {}).get(cells.left, "")
        if not text:
            return
        below = range(cells.top + 1, cells.bottom + 1)
        for number in below if len(below) < len(self._rows) else list(self._rows):
            if number in below and number in self._rows:
                self._rows[number].setdefault(cells.left, text)

    def _is_hidden(self, column: int) -> bool:
        return any(first <= column <= last for first, last in self._hidden_columns)


def _range(reference: str) -> Range:
    first, _, last = reference.partition(":")
    top, bottom = REFERENCE.fullmatch(first), REFERENCE.fullmatch(last or first)
    if not top or not bottom:
        return Range(0, 0, 0, 0)
    return Range(int(top[2]), _column(top[1]), int(bottom[2]), _column(bottom[1]))


def _column(letters: str) -> int:
    """A column's number, A being 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
