"""Tables without rules: runs of lines whose gaps line up in columns."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from shared.knowledge.extraction import markup
from shared.knowledge.extraction.formats.pdf_grids import Flow
from shared.knowledge.extraction.formats.pdf_pages import Word

GAP = 0.9
"""Cells stand further apart than this share of the line's height; words stand closer."""

MARKER = re.compile(r"[^\w\s]|\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)]|\d+(?:\.\d+)+\.?")
NUMBER = re.compile(r"[\d.,()%\s$€£¥–-]+")
ALIGNED_SHARE = 0.7
LONGEST_CELL = 8
"""Words in the average cell; more than that is prose in columns."""

Cell = list[Word]


def aligned_tables(flow: Flow) -> Flow:
    """The flow with runs of lines that form a table replaced by that table."""
    result: Flow = []
    run: list[list[Word]] = []
    for line in [*_whole_lines(flow), ""]:
        if not isinstance(line, str) and (len(_cells(line)) > 1 or run):
            run.append(line)
            if len(run) < 2 or len(_cells(run[-2])) > 1 or len(_cells(line)) > 1:
                continue
            result += [*_table(run[:-2]), *run[-2:]]
        else:
            result += [*_table(run), *([line] if line else [])]
        run = []
    return result


def _table(run: list[list[Word]]) -> Flow:
    """The run as one table, or as the lines it is if its gaps do not line up."""
    while run and len(_cells(run[-1])) < 2:
        return [*_table(run[:-1]), run[-1]]
    rows = [_cells(line) for line in run]
    widths = Counter(len(row) for row in rows if len(row) > 1)
    width = max(widths, key=lambda w: (widths[w], w), default=0)
    typical = [row for row in rows if len(row) == width]
    if len(typical) < (2 if width > 2 else 3) or not _is_aligned(typical):
        return list(run)
    columns = [
        (min(_left(c) for c in cs), max(_right(c) for c in cs)) for cs in zip(*typical, strict=True)
    ]
    texts = [_placed(row, columns) for row in rows]
    return [markup.table(_unwrapped(texts))]


def _whole_lines(flow: Flow) -> Flow:
    """Three or more short lines on one baseline are cells that pdfium read one by one."""
    on: dict[int, list[list[Word]]] = {}
    for line in flow:
        if not isinstance(line, str):
            on.setdefault(round(line[0].bottom), []).append(line)
    result: Flow = []
    for line in flow:
        row = [] if isinstance(line, str) else on[round(line[0].bottom)]
        if not _is_scattered(row):
            result.append(line)
        elif line is row[0]:
            result.append(sorted((w for part in row for w in part), key=lambda w: w.left))
    return result


def _is_scattered(row: list[list[Word]]) -> bool:
    return len(row) > 2 and sum(map(len, row)) <= LONGEST_CELL / 2 * len(row)


def _cells(line: list[Word]) -> list[Cell]:
    """The line cut at wide gaps; a list's marker stays with what it marks."""
    cells: list[Cell] = [line[:1]]
    for before, word in pairwise(line):
        gap = word.left - before.right
        after_marker = before is line[0] and MARKER.fullmatch(before.text)
        if gap > GAP * (word.top - word.bottom) and not after_marker:
            cells.append([word])
        else:
            cells[-1].append(word)
    return cells


def _is_aligned(rows: list[list[Cell]]) -> bool:
    words = sum(len(cell) for row in rows for cell in row)
    if words > LONGEST_CELL * len(rows) * len(rows[0]):
        return False
    height = rows[0][0][0].top - rows[0][0][0].bottom
    return all(_lines_up(list(column), height) for column in zip(*rows, strict=True))


def _lines_up(column: list[Cell], near: float) -> bool:
    """Whether most cells share a left edge, a right edge or a middle."""
    for edge in (_left, _right, lambda cell: (_left(cell) + _right(cell)) / 2):
        edges = sorted(edge(cell) for cell in column)
        middle = edges[len(edges) // 2]
        if sum(abs(e - middle) <= near for e in edges) >= ALIGNED_SHARE * len(edges):
            return True
    return False


def _placed(row: list[Cell], columns: list[tuple[float, float]]) -> list[str]:
    """Texts by column: the first if a cell begins there, else the one it overlaps most."""
    texts = [""] * len(columns)
    for cell in row:
        left, right = _left(cell), _right(cell)
        shared = [min(right, end) - max(left, start) for start, end in columns]
        column = 0 if left < columns[0][1] else shared.index(max(shared))
        texts[column] = f"{texts[column]} {' '.join(word.text for word in cell)}".strip()
    return texts


def _unwrapped(rows: list[list[str]]) -> list[list[str]]:
    """Rows, with the further lines of a wrapped cell brought back to the row they belong to."""
    result: list[list[str]] = []
    for row in rows:
        goes_on = result and not row[0] and not any(map(NUMBER.fullmatch, filter(None, row)))
        if goes_on:
            result[-1] = [
                f"{above} {text}".strip() for above, text in zip(result[-1], row, strict=True)
            ]
        else:
            result.append(row)
    return result


def _left(cell: Cell) -> float:
    return cell[0].left


def _right(cell: Cell) -> float:
    return cell[-1].right
