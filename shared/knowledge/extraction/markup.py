"""Writes the Markdown that extracted text is stored in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

DEEPEST_HEADING = 6
ITEM = re.compile(r"\s*- ")


def heading(level: int, text: str) -> str:
    """`text` on one line under as many `#` as `level`, from 1 to 6; empty without text."""
    line = one_line(text)
    return f"{'#' * min(max(level, 1), DEEPEST_HEADING)} {line}" if line else ""


def item(depth: int, text: str) -> str:
    """A list item, `depth` lists deep within the outermost one."""
    return f"{'  ' * depth}- {one_line(text)}"


def table(rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells, the first being the header; rows and columns without any text go."""
    filled = [row for row in ([_cell(text) for text in row] for row in rows) if any(row)]
    width = max(map(len, filled), default=0)
    even = [row + [""] * (width - len(row)) for row in filled]
    used = [column for column in range(width) if any(row[column] for row in even)]
    lines = [f"| {' | '.join(row[column] for column in used)} |" for row in even]
    return "\n".join([*lines[:1], f"|{' --- |' * len(used)}", *lines[1:]]) if lines else ""


def join(blocks: Iterable[str]) -> str:
    """Blocks a blank line apart, items of a list a line apart; empty blocks go."""
    parts: list[str] = []
    for block in filter(None, blocks):
        if parts:
            both_items = ITEM.match(block) and ITEM.match(parts[-1])
            parts.append("\n" if both_items else "\n\n")
        parts.append(block)
    return "".join(parts)


def one_line(text: str) -> str:
    """`text` with every run of white space as one space."""
    return " ".join(text.split())


def _cell(text: str) -> str:
    return one_line(text).replace("|", "\\|")
