"""Numbers of XLSX cells as Excel shows them (ECMA-376, part 1, 18.8.31)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import takewhile

from shared.knowledge.extraction.formats.xlsx_codes import Token, sections
from shared.knowledge.extraction.formats.xlsx_dates import is_date, shown_date

DIGITS = {"0", "#", "?"}
GENERAL_DIGITS = 10
"""Significant digits of a fraction in the General format."""

EXACT = Context(prec=600, rounding=ROUND_HALF_UP)
"""Digits enough for the largest float under the longest format code (255 characters)."""

LONGEST_WHOLE = 1e15
"""A float holds whole numbers exactly up to here; Excel keeps 15 digits."""


def shown(value: str, code: str, *, from_1904: bool = False) -> str:
    """A stored number under a format code; what is no number stays as it is stored."""
    try:
        number = float(value)
    except ValueError:
        return value
    if not math.isfinite(number):
        return value
    tokens, number = _section(number, sections(code))
    if is_date(tokens):
        return shown_date(number, tokens, from_1904=from_1904) or _general(number)
    kinds = {token.kind for token in tokens}
    texts = {token.text for token in tokens if token.kind == "placeholder"}
    if kinds & {"general", "condition"} or texts & {"/", "@"}:
        return "".join(_around(tokens, _general(number))).strip()
    if "exponent" in kinds:
        places = len(_places(tokens, after_point=True))
        return f"{number:.{places}E}"
    return _fixed(number, tokens)


def _section(number: float, found: Sequence[list[Token]]) -> tuple[list[Token], float]:
    """The section that applies, and the number it shows: a negative one drops the sign."""
    if number < 0 and len(found) > 1:
        return found[1], -number
    return found[2 if number == 0 and len(found) > 2 else 0], number


def _general(number: float) -> str:
    if number.is_integer() and abs(number) < LONGEST_WHOLE:
        return str(int(number))
    if not 1e-5 < abs(number) < LONGEST_WHOLE:
        return f"{number:.5E}"
    places = max(0, GENERAL_DIGITS - len(str(int(abs(number)))))
    return f"{number:.{places}f}".rstrip("0").rstrip(".")


def _around(tokens: Sequence[Token], text: str) -> Iterator[str]:
    """The text with the literals that its format puts before and after it."""
    written = False
    for token in tokens:
        if token.kind == "literal":
            yield token.text
        elif token.kind in {"general", "placeholder"} and not written:
            written = True
            yield text


def _fixed(number: float, tokens: Sequence[Token]) -> str:
    """A number with digits before and after the point, each at its place in the format."""
    before, after = _places(tokens, after_point=False), _places(tokens, after_point=True)
    scaled = _scaled(Decimal(repr(number)), tokens)
    rounded = scaled.copy_abs().quantize(Decimal(1).scaleb(-len(after)), context=EXACT)
    whole, _, fraction = f"{rounded:f}".partition(".")
    optional = len(after) - len(after.rstrip("#?"))
    kept = fraction[: len(fraction) - optional]
    fraction = kept + fraction[len(kept) :].rstrip("0")
    digits = whole.lstrip("0").zfill(before.count("0"))
    grouped = _is_grouped(tokens) and len(digits) > 3
    spread = [f"{int(digits):,}"] if grouped else _spread(digits, len(before))
    sign = "-" if scaled < 0 and rounded else ""
    return sign + "".join(_placed(tokens, spread, fraction)).strip()


def _scaled(number: Decimal, tokens: Sequence[Token]) -> Decimal:
    """Times a hundred for each per cent sign, by a thousand for each comma behind the digits."""
    commas = sum(len(part) - len(part.rstrip(",")) for part in _pattern(tokens).split("."))
    percent = sum(token == ("placeholder", "%") for token in tokens)
    return number.scaleb(2 * percent - 3 * commas)


def _is_grouped(tokens: Sequence[Token]) -> bool:
    return "," in _pattern(tokens).partition(".")[0].strip(",")


def _places(tokens: Sequence[Token], *, after_point: bool) -> str:
    """The digit placeholders before, or after, the decimal point."""
    return _pattern(tokens).partition(".")[2 if after_point else 0].replace(",", "")


def _pattern(tokens: Sequence[Token]) -> str:
    """The digit placeholders, commas and point of a format without all else."""
    mantissa = takewhile(lambda token: token.kind != "exponent", tokens)
    return "".join(t.text for t in mantissa if t.kind == "placeholder" and t.text not in "%/@")


def _spread(digits: str, places: int) -> list[str]:
    """Digits from the right, one a place; the first place takes what is left over."""
    if not places:
        return []
    first = max(0, len(digits) - places + 1)
    tail = list(digits[first:])
    return [*[""] * (places - 1 - len(tail)), digits[:first], *tail]


def _placed(tokens: Sequence[Token], whole: list[str], fraction: str) -> Iterator[str]:
    """The literals of a format with digits in the places between them."""
    waiting, after_point = iter(whole), False
    for kind, text in tokens:
        if kind == "literal" or text == "%":
            yield text
        elif text == ".":
            after_point = True
            yield f".{fraction}" if fraction else ""
        elif text in DIGITS and not after_point:
            yield next(waiting, "")
