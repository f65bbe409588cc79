"""Values: the order Firestore gives them, across types too, as tuples that compare so."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from emulators.firestore.bson import bson_key, bson_type
from emulators.firestore.names import name_key
from emulators.firestore.ranks import Rank

Key = tuple[Any, ...]
TYPE_FIELD = "__type__"
VECTOR_TYPE = "__vector__"
NULL: Key = (Rank.NULL,)
NAN: Key = (Rank.NUMBER, 0)
NUMERIC_KINDS = ("integer_value", "double_value")


def kind(value: Message) -> str:
    """The name of the field that is set, "" for none."""
    return value.WhichOneof("value_type") or ""


def is_number(value: Message | None) -> bool:
    """Whether it is an integer or a double."""
    return value is not None and value.WhichOneof("value_type") in NUMERIC_KINDS


def number(value: Message) -> int | float:
    """The number that a value is."""
    chosen: int | float = getattr(value, value.WhichOneof("value_type"))
    return chosen


def is_vector(value: Message) -> bool:
    """Whether it is a map that stands for a vector."""
    if value.WhichOneof("value_type") != "map_value":
        return False
    fields = value.map_value.fields
    return TYPE_FIELD in fields and fields[TYPE_FIELD].string_value == VECTOR_TYPE


def sort_key(value: Message) -> Key:
    """A tuple that compares with others as Firestore compares the values; equal when they are.

    The first item is the type's Rank. It can be hashed.
    """
    return _KEYS[value.WhichOneof("value_type")](value)


def _double_key(value: Message) -> Key:
    return NAN if math.isnan(value.double_value) else (Rank.NUMBER, 1, value.double_value)


def _timestamp_key(value: Message) -> Key:
    return (Rank.TIMESTAMP, value.timestamp_value.seconds, value.timestamp_value.nanos)


def _point_key(value: Message) -> Key:
    return (Rank.POINT, value.geo_point_value.latitude, value.geo_point_value.longitude)


def _array_key(value: Message) -> Key:
    return (Rank.ARRAY, tuple(sort_key(element) for element in value.array_value.values))


def _map_key(value: Message) -> Key:
    fields = value.map_value.fields
    if is_vector(value):
        elements = fields["value"].array_value.values
        return (Rank.VECTOR, len(elements), tuple(number(element) for element in elements))
    if of := bson_type(fields):
        return bson_key(fields, of)
    by_name = sorted((name.encode(), inner) for name, inner in fields.items()) if fields else []
    return (Rank.MAP, tuple((name, sort_key(inner)) for name, inner in by_name))


_KEYS: dict[str | None, Callable[[Message], Key]] = {
    None: lambda _: NULL,
    "null_value": lambda _: NULL,
    "boolean_value": lambda value: (Rank.BOOLEAN, value.boolean_value),
    "integer_value": lambda value: (Rank.NUMBER, 1, value.integer_value),
    "double_value": _double_key,
    "timestamp_value": _timestamp_key,
    "string_value": lambda value: (Rank.STRING, value.string_value.encode()),
    "bytes_value": lambda value: (Rank.BYTES, value.bytes_value),
    "reference_value": lambda value: (Rank.REFERENCE, name_key(value.reference_value)),
    "geo_point_value": _point_key,
    "array_value": _array_key,
    "map_value": _map_key,
}
