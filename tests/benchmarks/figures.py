"""Measured figures beside their targets: as tables for people, as JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

NOT_KNOWN = "-"
MARKS = {None: "", True: " [green]✓[/]", False: " [bold red]✗[/]"}


@dataclass(frozen=True)
class Figure:
    """One measured value, None where the system does not tell; met when it is under `below`.

    `aim` is what the design hopes for; only `below` is promised.
    """

    subject: str
    measure: str
    value: float | None
    unit: str
    below: float | None = None
    aim: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is kept; None without a target or a value."""
        if self.below is None or self.value is None:
            return None
        return self.value < self.below

    @property
    def column(self) -> tuple[str, str]:
        """What its column is headed with."""
        return self.measure, self.unit

    def cell(self) -> str:
        """The value and the verdict on it."""
        return NOT_KNOWN if self.value is None else shown(self.value) + MARKS[self.met]

    def record(self) -> dict[str, Any]:
        return {**asdict(self), "met": self.met}


@dataclass
class Section:
    """The figures of one kind of measurement, and what one must know to read them.

    In a `mixed` one, rows differ in unit and target: they stand in the rows, not in the head.
    """

    title: str
    notes: list[str] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    mixed: bool = False

    def add(
        self,
        subject: str,
        measure: str,
        value: float | None,
        unit: str,
        *,
        below: float | None = None,
        aim: float | None = None,
    ) -> None:
        self.figures.append(Figure(subject, measure, value, unit, below, aim))

    def record(self) -> dict[str, Any]:
        figures = [figure.record() for figure in self.figures]
        return {"title": self.title, "notes": self.notes, "figures": figures}

    def print(self, console: Console) -> None:
        """A row a subject, a column a measure with its target in the head."""
        table = Table(title=self.title, title_justify="left", box=None, padding=(0, 1))
        table.add_column(no_wrap=True)
        (self._fill_mixed if self.mixed else self._fill)(table)
        console.print(table)
        for note in self.notes:
            console.print(f"  {note}", style="dim", highlight=False)
        console.print()

    def _fill(self, table: Table) -> None:
        columns = list(dict.fromkeys(figure.column for figure in self.figures))
        for column in columns:
            head = "\n".join((*column, self._target(column)))
            table.add_column(head, justify="right", no_wrap=True)
        for subject, figures in self._rows().items():
            own = {figure.column: figure.cell() for figure in figures}
            table.add_row(subject, *(own.get(column, "") for column in columns))

    def _fill_mixed(self, table: Table) -> None:
        measures = list(dict.fromkeys(figure.measure for figure in self.figures))
        table.add_column("unit", style="dim")
        for measure in measures:
            table.add_column(measure, justify="right", no_wrap=True)
        table.add_column("target", style="dim", no_wrap=True)
        for subject, figures in self._rows().items():
            own = {figure.measure: figure.cell() for figure in figures}
            bounds = [f"{f.measure} < {shown(f.below)}" for f in figures if f.below is not None]
            cells = (own.get(measure, "") for measure in measures)
            table.add_row(subject, figures[0].unit, *cells, ", ".join(bounds))

    def _rows(self) -> dict[str, list[Figure]]:
        """The figures of each subject."""
        rows: dict[str, list[Figure]] = {}
        for figure in self.figures:
            rows.setdefault(figure.subject, []).append(figure)
        return rows

    def _target(self, column: tuple[str, str]) -> str:
        """The bound and the aim of a column that has them."""
        own = [figure for figure in self.figures if figure.column == column]
        bounds = {f"< {shown(f.below)}" for f in own if f.below is not None}
        aims = {f"aim {shown(f.aim)}" for f in own if f.aim is not None}
        return "\n".join([*sorted(bounds), *sorted(aims)])


def shown(value: float) -> str:
    """Three digits that count, without an exponent; thousands apart."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if 0 < abs(value) < 0.01:
        return f"{value:.4f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}".removesuffix(".00")


def verdict(sections: Sequence[Section]) -> str:
    """How many targets are met, and by name those that are not."""
    judged = [
        figure for section in sections for figure in section.figures if figure.met is not None
    ]
    missed = [figure for figure in judged if not figure.met]
    lines = [f"✓ met, ✗ not met: {len(judged) - len(missed)} of {len(judged)} targets are met."]
    lines += [f"  ✗ {f.subject}: {f.measure} {shown(f.value or 0)} {f.unit}" for f in missed]
    return "\n".join(lines)
