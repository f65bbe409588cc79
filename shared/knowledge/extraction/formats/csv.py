"""CSV and its relatives to one Markdown table; the first row is the header."""

from __future__ import annotations

import csv
import io
from collections import Counter

from shared.knowledge.extraction import limits, markup
from shared.knowledge.extraction.decoding import decode
from shared.knowledge.extraction.reading import Reading, clean

DELIMITERS = ",;\t|"
SAMPLE_LINES = 50


def read(data: bytes) -> Reading:
    """The table as Markdown rows; cells over several lines become one line."""
    text = clean(decode(data))
    csv.field_size_limit(limits.MAX_CHARACTERS)
    rows = csv.reader(io.StringIO(text), delimiter=_delimiter(text), skipinitialspace=True)
    return Reading(markup.table(rows))


def _delimiter(text: str) -> str:
    """The one that cuts most lines into the same number of cells, and then into most cells."""
    sample = text[: limits.MIB].split("\n", SAMPLE_LINES)[:SAMPLE_LINES]

    def fit(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter) if row)
        width, lines = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
        return (lines, width) if width > 1 else (0, 0)

    return max(DELIMITERS, key=fit)
