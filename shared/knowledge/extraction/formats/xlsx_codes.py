"""Number format codes of XLSX cells, cut into tokens (ECMA-376, part 1, 18.8.30 and 18.8.31)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|[_*].'
    r"|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[(?P<elapsed>h+|m+|s+)\]"
    r"|\[(?P<condition>[<>=][^\]]*)\]|\[[^\]]*\]"
    r"|(?P<general>general)|(?P<half>am/pm|a/p)|(?P<exponent>e[+-])|(?P<date>y+|m+|d+|h+|s+)"
    r"|(?P<placeholder>[0#?.,%/@])|(?P<end>;)|(?P<literal>.)",
    re.I | re.S,
)
AS_LITERAL = {"quoted", "escaped", "currency", "literal"}

EAST_ASIAN_DATES = (*range(27, 37), *range(50, 59))
BUILT_IN = dict.fromkeys(EAST_ASIAN_DATES, "yyyy-mm-dd") | {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    14: "yyyy-mm-dd",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm",
    37: "#,##0;(#,##0)",
    38: "#,##0;(#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss",
    48: "##0.0E+0",
}
"""Formats that a file names by number alone. Dates that Excel shows by the reader's country (14 and
22) are written year first, which no country misreads."""


class Token(NamedTuple):
    """A piece of a format code.

    `kind` is `literal`, `date` (a run such as `yyyy`), `elapsed` (`h` in brackets), `half`
    (AM/PM), `placeholder` (one of `0#?.,%/@`), `exponent`, `general` or `condition`.
    """

    kind: str
    text: str


@lru_cache(maxsize=512)
def sections(code: str) -> list[list[Token]]:
    """The sections of a code, at least one: positive; negative; zero; text."""
    runs: list[list[Token]] = [[]]
    for found in TOKEN.finditer(code):
        kind = found.lastgroup
        if kind == "end":
            runs.append([])
        elif kind in AS_LITERAL:
            runs[-1].append(Token("literal", found[kind]))
        elif kind:
            runs[-1].append(Token(kind, found[kind].lower()))
    return runs
