"""The tables of stored text, and the header rows that their rows need to be understood."""

from __future__ import annotations

import re
from bisect import bisect_right

from shared.knowledge.passages import count_words

RULE = re.compile(r"^[ \t|:-]+$", re.M)
"""The line under a table's header, if it has bars and dashes."""

LONGEST_HEADER = 60
"""In words: a third of a chunk; a longer row is no header but the first of a table without one."""


class Tables:
    """Where the tables of a text are. Offsets are Python string indices."""

    def __init__(self, text: str) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._headers: list[str] = []
        end = 0
        for rule in RULE.finditer(text):
            begin = text.rfind("\n", 0, max(rule.start() - 1, 0)) + 1
            header = text[begin : rule.start()].strip()
            if rule.start() < end or not ("|" in header and {"|", "-"} <= set(rule[0])):
                continue
            end = _end_of_rows(text, rule.end())
            if count_words(header, (0, len(header))) <= LONGEST_HEADER:
                self._starts.append(rule.start())
                self._ends.append(end)
                self._headers.append(header)

    def header_above(self, position: int) -> str:
        """The header row of the table in which a position is; empty outside and in the header."""
        number = bisect_right(self._starts, position) - 1
        return self._headers[number] if number >= 0 and position < self._ends[number] else ""


def _end_of_rows(text: str, end: int) -> int:
    """Where the lines that follow and have a bar end."""
    while end < len(text):
        line_end = text.find("\n", end + 1)
        line_end = len(text) if line_end < 0 else line_end
        if text.find("|", end, line_end) < 0:
            break
        end = line_end
    return end
