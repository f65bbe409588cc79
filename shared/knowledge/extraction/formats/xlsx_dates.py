"""Serial numbers of XLSX cells as dates and times (ECMA-376, part 1, 18.17.4)."""

from __future__ import annotations

from calendar import day_name, month_name
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from shared.knowledge.extraction.formats.xlsx_codes import Token

DAY_SECONDS = 86_400
EPOCH_1904 = datetime(1904, 1, 1)
EPOCH_1900 = datetime(1899, 12, 30)
FIRST_TRUE_DAY = 61
"""Before it, serial numbers count from a day later: Excel takes 1900 for a leap year."""

UNITS = {"h": 3600, "m": 60, "s": 1}


def is_date(tokens: Sequence[Token]) -> bool:
    """Whether a format's section shows a date or a time."""
    return any(token.kind in {"date", "elapsed"} for token in tokens)


def shown_date(serial: float, tokens: Sequence[Token], *, from_1904: bool) -> str | None:
    """The date as the format has it, month and day names in English, to the second.

    None for a number that is no date.
    """
    seconds = round(serial * DAY_SECONDS)
    epoch = EPOCH_1904 if from_1904 else EPOCH_1900
    if not from_1904 and serial < FIRST_TRUE_DAY - 1:
        epoch += timedelta(days=1)
    try:
        moment = epoch + timedelta(seconds=seconds)
    except OverflowError:
        return None
    if serial < 0:
        return None
    return "".join(_pieces(moment, seconds, tokens)).strip()


def _pieces(moment: datetime, seconds: int, tokens: Sequence[Token]) -> Iterator[str]:
    in_halves = any(token.kind == "half" for token in tokens)
    for number, (kind, text) in enumerate(tokens):
        if kind == "date" and text[0] == "m" and _is_minute(tokens, number):
            yield f"{moment.minute:0{len(text)}d}"
        elif kind == "date":
            yield _part(moment, text, in_halves=in_halves)
        elif kind == "elapsed":
            yield f"{seconds // UNITS[text[0]]:0{len(text)}d}"
        elif kind == "half":
            yield moment.strftime("%p") if text == "am/pm" else moment.strftime("%p")[0]
        elif kind == "literal" or (text in {"/", ",", "."} and not _is_fraction(tokens, number)):
            yield text


def _part(moment: datetime, text: str, *, in_halves: bool) -> str:
    """A day, month, year, hour or second, as long as its letters in the code."""
    letter, length = text[0], len(text)
    if letter == "y":
        return f"{moment.year:04d}" if length > 2 else f"{moment.year % 100:02d}"
    names = {"m": month_name[moment.month], "d": day_name[moment.weekday()]}
    if letter in names and length > 2:
        return {3: names[letter][:3], 5: names[letter][:1]}.get(length, names[letter])
    hour = (moment.hour - 1) % 12 + 1 if in_halves else moment.hour
    number = {"m": moment.month, "d": moment.day, "h": hour, "s": moment.second}[letter]
    return f"{number:0{min(length, 2)}d}"


def _is_minute(tokens: Sequence[Token], number: int) -> bool:
    """Whether an `m` follows hours or precedes seconds."""
    before = next((t for t in reversed(tokens[:number]) if t.kind in {"date", "elapsed"}), None)
    after = next((t for t in tokens[number + 1 :] if t.kind in {"date", "elapsed"}), None)
    return (before is not None and before.text[0] == "h") or (
        after is not None and after.text[0] == "s"
    )


def _is_fraction(tokens: Sequence[Token], number: int) -> bool:
    """Whether a point begins a fraction of a second, which is not shown."""
    following = tokens[number + 1 : number + 2]
    return tokens[number].text == "." and any(t.text == "0" for t in following)
