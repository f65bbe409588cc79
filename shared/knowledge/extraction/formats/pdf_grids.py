"""Tables drawn with rules: their cells are what the rules enclose."""

from __future__ import annotations

from collections.abc import Iterable

from shared.knowledge.extraction import markup
from shared.knowledge.extraction.formats.pdf_pages import THIN, Box, Word

NEAR = 3.0
"""Points within which rules meet or are the same."""

Flow = list["list[Word] | str"]
"""Lines of words in reading order; a string is a table already written as Markdown."""


def ruled_tables(lines: list[list[Word]], rules: list[Box]) -> Flow:
    """The lines, with those words that stand in a grid of rules replaced by one table."""
    flow: Flow = list(lines)
    for grid in _grids(rules):
        flow = grid.take_from(flow)
    return flow


class Grid:
    """Rules that touch one another, as edges of columns (left to right) and rows (downwards)."""

    def __init__(self, rules: list[Box]) -> None:
        self._upright = [rule for rule in rules if _is_upright(rule)]
        level = [rule for rule in rules if not _is_upright(rule)]
        self._area = _around(rules)
        across = [self._area.left, self._area.right, *(rule.left for rule in self._upright)]
        self._columns = _distinct(across)
        down = [self._area.bottom, self._area.top, *(rule.bottom for rule in level)]
        self._rows = _distinct(down)[::-1]

    def is_table(self) -> bool:
        return len(self._columns) > 2 and len(self._rows) > 2

    def take_from(self, flow: Flow) -> Flow:
        """The flow with the table where its first word was; unchanged if the grid is empty."""
        cells: dict[tuple[int, int], list[Word]] = {}
        place = None
        rest: Flow = []
        for line in flow:
            if isinstance(line, str):
                rest.append(line)
                continue
            inside = [word for word in line if self._holds(word)]
            for word in inside:
                cells.setdefault(self._cell(word), []).append(word)
            if inside and place is None:
                place = len(rest)
            if outside := [word for word in line if not self._holds(word)]:
                rest.append(outside)
        if place is None or len({column for _, column in cells}) < 2:
            return flow
        return [*rest[:place], self._write(cells), *rest[place:]]

    def _write(self, cells: dict[tuple[int, int], list[Word]]) -> str:
        return markup.table(
            [
                [
                    " ".join(word.text for word in cells.get((row, column), ()))
                    for column in range(len(self._columns) - 1)
                ]
                for row in range(len(self._rows) - 1)
            ]
        )

    def _holds(self, word: Word) -> bool:
        x, y = _middle(word)
        area = self._area
        return area.left < x < area.right and area.bottom < y < area.top

    def _cell(self, word: Word) -> tuple[int, int]:
        """Row and column; in a cell over several columns, the first of them."""
        x, y = _middle(word)
        row = sum(edge > y for edge in self._rows[1:-1])
        column = sum(edge < x for edge in self._columns[1:-1])
        while column and not self._divided(self._columns[column], y):
            column -= 1
        return row, column

    def _divided(self, x: float, y: float) -> bool:
        return any(
            abs(rule.left - x) <= NEAR and rule.bottom - NEAR <= y <= rule.top + NEAR
            for rule in self._upright
        )


def _grids(rules: list[Box]) -> Iterable[Grid]:
    """The tables among the rules, by joining the rules that touch."""
    groups: list[tuple[Box, list[Box]]] = []
    for rule in sorted(rules, key=lambda r: -r.top):
        touching = [group for group in groups if _touch(group, rule)]
        members = [rule, *(member for _, group in touching for member in group)]
        groups = [group for group in groups if group not in touching]
        groups.append((_around(members), members))
    grids = (Grid(members) for _, members in groups if len(members) > 3)
    return [grid for grid in grids if grid.is_table()]


def _touch(group: tuple[Box, list[Box]], rule: Box) -> bool:
    around, members = group
    return _meet(around, rule) and any(_meet(member, rule) for member in members)


def _meet(one: Box, other: Box) -> bool:
    return (
        one.left - NEAR <= other.right
        and other.left - NEAR <= one.right
        and one.bottom - NEAR <= other.top
        and other.bottom - NEAR <= one.top
    )


def _around(rules: list[Box]) -> Box:
    return Box(
        min(rule.left for rule in rules),
        min(rule.bottom for rule in rules),
        max(rule.right for rule in rules),
        max(rule.top for rule in rules),
    )


def _is_upright(rule: Box) -> bool:
    return rule.right - rule.left <= THIN and rule.top - rule.bottom > rule.right - rule.left


def _middle(word: Word) -> tuple[float, float]:
    return (word.left + word.right) / 2, (word.bottom + word.top) / 2


def _distinct(edges: Iterable[float]) -> list[float]:
    """Edges in ascending order, those within `NEAR` of one another taken as one."""
    distinct: list[float] = []
    for edge in sorted(edges):
        if not distinct or edge - distinct[-1] > NEAR:
            distinct.append(edge)
    return distinct
