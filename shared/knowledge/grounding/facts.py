"""The facts in a sentence that must not change: numbers, money, dates, times, links and the like.

Facts are written one way however they stand: "thirty days" and "30-day" are both `30` and `day`,
"5 pm" is `17:00`, "€1,200.00" is `eur` and `1200`, "3 May 2026" and "2026-05-03" are the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from shared.knowledge.grounding.folding import Folded

_TOKEN = re.compile(
    r"""
      (?P<link>(?:https?://|www\.)[^\s<>()"']+ | [\w.+-]+@[\w-]+(?:\.[\w-]+)+
          | [a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:/[^\s<>()"']*)?(?![\w.-]))
    | (?P<date>\d{4}-\d\d-\d\d)
    | (?P<clock>\d{1,2}(?::\d\d|(?:[.:]\d\d)?\ ?[ap]\.?m\b)(?:\ ?[ap]\.?m\b)?)
    | (?P<ordinal>\d+(?:st|nd|rd|th)\b)
    | (?P<code>\w*(?:\d[^\W\d_]|[^\W\d_]\d)\w*)
    | (?P<number>\d+(?:[.,']\d+)*)
    | (?P<sign>[%$€£¥₹])
    | (?P<may>may(?=\ \d)|(?<=\d\ )may\b|(?<=of\ )may\b)
    | (?P<word>[^\W\d_]+)
    """,
    re.VERBOSE,
)
_GROUPED = re.compile(r"\d{1,3}(?:[,.']\d{3})+(?![\d])")

_NUMBERS = """one two three four five six seven eight nine ten eleven twelve thirteen fourteen
fifteen sixteen seventeen eighteen nineteen twenty"""
_TENS = "thirty forty fifty sixty seventy eighty ninety"
_MONTHS = """january february march april . june july august september october november
december"""
_DAYS = "monday tuesday wednesday thursday friday saturday sunday"
# A unit, and the ways to write it.
_UNITS = """
second seconds sec secs | minute minutes min mins | hour hours hr hrs hourly | day days daily
week weeks weekly | month months monthly | year years yearly annual annually | night nights nightly
hundred hundreds | thousand thousands | million millions | billion billions | dozen | half | twice
usd dollar dollars | eur euro euros | gbp pound pounds | jpy yen | chf franc francs | cent cents
% percent percentage | km kilometer kilometers kilometre kilometres | mile miles | kg kilo kilos
meter meters metre metres | kilobyte kilobytes kb | megabyte megabytes mb | gigabyte gigabytes gb
terabyte terabytes tb
"""
# Words that turn a sentence round when they are swapped for one another.
_TURNING = """before after until since minimum maximum least most more less fewer over under above
below always never free optional mandatory required included excluded open closed first last
increase decrease weekdays weekends"""
_SIGNS = {"%": "%", "$": "usd", "€": "eur", "£": "gbp", "¥": "jpy", "₹": "inr"}


def _vocabulary() -> dict[str, str]:
    known = {word: word for word in _TURNING.split()}
    known |= {word: str(number) for number, word in enumerate(_NUMBERS.split(), 1)}
    known |= {
        word: str(number) for number, word in zip(range(30, 100, 10), _TENS.split(), strict=True)
    }
    for kind, names in (("month", _MONTHS), ("weekday", _DAYS)):
        for number, name in enumerate(names.split(), 1):
            shorts = (name, f"{name}s", name[:3], name[:4])
            known |= dict.fromkeys(shorts, f"{kind} {number}")
    for line in re.split(r"[|\n]", _UNITS):
        unit, *others = line.split() or [""]
        known |= dict.fromkeys((unit, *others), unit)
    for ordinary in ("sun", "sat", "mar", "marc", "wed", "."):
        known.pop(ordinary, None)
    return known


class Fact(NamedTuple):
    """A fact in its one form, and the span of the original text it was read from."""

    value: str
    start: int
    end: int


def facts(folded: Folded) -> list[Fact]:
    """The facts of a folded text in order, with the original's offsets."""
    return [
        Fact(value, folded.origins[token.start()], folded.origins[token.end() - 1] + 1)
        for token in _TOKEN.finditer(folded.text)
        for value in _READERS[token.lastgroup or "word"](token.group())
    ]


def _link(token: str) -> Iterator[str]:
    yield token.removeprefix("https://").removeprefix("http://").rstrip("/.,;:!?")


def _date(token: str) -> Iterator[str]:
    year, month, day = token.split("-")
    yield from (year, f"month {int(month)}", str(int(day)))


def _clock(token: str) -> Iterator[str]:
    hour, minute = (int(part) for part in (*re.findall(r"\d+", token), "0")[:2])
    if "p" in token and hour < 12:
        hour += 12
    elif "a" in token and hour == 12:
        hour = 0
    yield f"{hour}:{minute:02}"


def _number(token: str) -> Iterator[str]:
    whole = _GROUPED.match(token)
    if whole:
        token = re.sub(r"[,.']", "", whole.group()) + token[whole.end() :].replace(",", ".")
    head, point, tail = token.replace(",", ".").partition(".")
    tail = tail.rstrip("0")
    yield (head.lstrip("0") or "0") + (point + tail if tail else "")


def _ordinal(token: str) -> Iterator[str]:
    yield from _number(token[:-2])


def _word(token: str) -> Iterator[str]:
    if token in _KNOWN:
        yield _KNOWN[token]


_KNOWN = _vocabulary()
_READERS: dict[str, Callable[[str], Iterator[str]]] = {
    "link": _link,
    "date": _date,
    "clock": _clock,
    "ordinal": _ordinal,
    "code": lambda token: iter((token,)),
    "number": _number,
    "sign": lambda token: iter((_SIGNS[token],)),
    "may": lambda _: iter(("month 5",)),
    "word": _word,
}
