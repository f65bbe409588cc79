"""Random values, drawn from few so that they often meet each other."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from random import Random
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

FIELDS = ("a", "b", "m.x", "m.y", "`q r`")
TEXTS = ("", "a", "ab", "b", "é", "😀")
INTEGERS = (-2, -1, 0, 1, 2, 3, 2**53, 2**63 - 1, -(2**63))
DOUBLES = (math.nan, -math.inf, -0.5, -0.0, 0.0, 1.0, 1.5, 2.0, math.inf)
MOMENTS = (datetime(1969, 5, 1, tzinfo=UTC), datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC))
POINTS = ((0.0, 0.0), (1.0, -1.0), (-10.0, 5.0))


def value(random: Random, depth: int = 0) -> dict[str, Any]:
    """A Value as the fields of its message; arrays and maps down to two levels."""
    kind = random.choices(
        ("integer", "text", "double", "null", "boolean", "moment", "bytes", "point"),
        (9, 6, 4, 2, 2, 1, 1, 1),
    )[0]
    if depth < 2 and random.random() < 0.2:
        kind = random.choice(("array", "map"))
    return _MAKERS[kind](random, depth)


def number(random: Random) -> dict[str, Any]:
    """An integer or a double that stays exact in sums."""
    if random.random() < 0.7:
        return {"integer_value": random.choice(INTEGERS[:6])}
    return {"double_value": random.choice((-0.5, 0.0, 1.5, 2.0))}


def document(random: Random) -> dict[str, Any]:
    """The fields of a document."""
    fields: dict[str, Any] = {}
    for name in ("a", "b", "q r"):
        if random.random() < 0.7:
            fields[name] = value(random)
    if random.random() < 0.5:
        inner = {name: value(random, 1) for name in ("x", "y") if random.random() < 0.6}
        fields["m"] = {"map_value": {"fields": inner}}
    return fields


def array(random: Random, most: int = 3, depth: int = 1) -> dict[str, Any]:
    """An ArrayValue; no array stands directly in it."""
    drawn = [value(random, depth + 1) for _ in range(random.randint(0, most))]
    return {"values": [each for each in drawn if "array_value" not in each]}


def _map(random: Random, depth: int) -> dict[str, Any]:
    inner = {name: value(random, depth + 1) for name in "xy" if random.random() < 0.5}
    return {"map_value": {"fields": inner}}


def _moment(random: Random, _: int) -> dict[str, Any]:
    moment = Timestamp()
    moment.FromDatetime(random.choice(MOMENTS))
    return {"timestamp_value": moment}


def _point(random: Random, _: int) -> dict[str, Any]:
    latitude, longitude = random.choice(POINTS)
    return {"geo_point_value": {"latitude": latitude, "longitude": longitude}}


_MAKERS = {
    "integer": lambda random, _: {"integer_value": random.choice(INTEGERS)},
    "text": lambda random, _: {"string_value": random.choice(TEXTS)},
    "double": lambda random, _: {"double_value": random.choice(DOUBLES)},
    "null": lambda random, _: {"null_value": 0},
    "boolean": lambda random, _: {"boolean_value": random.random() < 0.5},
    "bytes": lambda random, _: {"bytes_value": random.choice((b"", b"\x00", b"\xff"))},
    "moment": _moment,
    "point": _point,
    "array": lambda random, depth: {"array_value": array(random, depth=depth)},
    "map": _map,
}
