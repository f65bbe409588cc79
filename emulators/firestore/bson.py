"""BSON types: maps with one reserved field that stand for values of the Enterprise edition.

The emulator takes them in every database; in the cloud a Standard database refuses them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from google.protobuf.message import Message

from emulators.firestore.ranks import Rank
from emulators.rpc.errors import InvalidArgument

REGEX_OPTIONS = frozenset("imsux")

Fields = Mapping[str, Message]


def bson_type(fields: Fields) -> str | None:
    """The reserved field of a map that stands for a BSON value."""
    if len(fields) != 1:
        return None
    name = next(iter(fields))
    return name if name in _KEYS else None


def bson_key(fields: Fields, of: str) -> tuple[Any, ...]:
    """The sort key of a map whose bson_type is `of`; integers and decimals are numbers."""
    return _KEYS[of](fields[of])


def check_bson(fields: Fields, of: str) -> None:
    """Raises InvalidArgument when the value is malformed; spells decimals as stored."""
    value = fields[of]
    if of == "__decimal128__":
        value.string_value = _spelled(value.string_value)
    elif of == "__regex__":
        options = set(_part(value, "options").string_value)
        if wrong := sorted(options - REGEX_OPTIONS):
            raise InvalidArgument(f"Invalid regex option '{wrong[0]}'.")


def _spelled(text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise InvalidArgument(f"Invalid decimal128 value {text!r}.") from None
    return text if number.is_finite() else str(number)


def _part(value: Message, name: str) -> Message:
    fields = value.map_value.fields
    return fields[name] if name in fields else type(value)()


def _decimal_key(value: Message) -> tuple[Any, ...]:
    number = Decimal(value.string_value)
    return (Rank.NUMBER, 0) if number.is_nan() else (Rank.NUMBER, 1, number)


def _timestamp_key(value: Message) -> tuple[Any, ...]:
    seconds, increment = _part(value, "seconds"), _part(value, "increment")
    return (Rank.BSON_TIMESTAMP, seconds.integer_value, increment.integer_value)


def _regex_key(value: Message) -> tuple[Any, ...]:
    pattern, options = _part(value, "pattern"), _part(value, "options")
    return (Rank.REGEX, pattern.string_value.encode(), options.string_value)


_KEYS: dict[str, Callable[[Message], tuple[Any, ...]]] = {
    "__min__": lambda _: (Rank.MINIMUM,),
    "__max__": lambda _: (Rank.MAXIMUM,),
    "__int__": lambda value: (Rank.NUMBER, 1, value.integer_value),
    "__decimal128__": _decimal_key,
    "__request_timestamp__": _timestamp_key,
    "__binary__": lambda value: (Rank.BINARY, value.bytes_value),
    "__oid__": lambda value: (Rank.OBJECT_ID, value.string_value),
    "__regex__": _regex_key,
}
