"""What may be stored: checked at every write, refused in the service's words."""

from __future__ import annotations

from collections.abc import Callable

from google.protobuf.message import Message

from emulators.firestore.bson import bson_type, check_bson
from emulators.firestore.names import RESERVED
from emulators.firestore.values import TYPE_FIELD, is_vector, kind
from emulators.rpc.errors import InvalidArgument

LARGEST_VALUE = 1_048_487
DEEPEST = 20
LONGEST_NAME = 1500
DIMENSIONS = 2048
WIDEST = 4  # bytes of a character in UTF-8


def check_fields(fields: dict[str, Message], depth: int = 0, top: str = "") -> None:
    """Raises InvalidArgument for what cannot be stored; cuts timestamps to microseconds.

    `depth` counts the maps around the fields, `top` names the outermost one's field.
    """
    for name, value in fields.items():
        if not name or name[0] == "_" or len(name) * WIDEST > LONGEST_NAME:
            _check_name(name)
        check = _CHECKS.get(value.WhichOneof("value_type"))
        if check:
            check(value, top or name, depth)


def check_element(value: Message) -> None:
    """The same for a value that is to become an element of an array."""
    if kind(value) == "array_value":
        raise InvalidArgument("Cannot convert an array value in an array value.")
    if is_vector(value):
        raise InvalidArgument("Cannot convert a vector value in an array value.")
    check = _CHECKS.get(value.WhichOneof("value_type"))
    if check:
        check(value, "", 0)


def _check_name(name: str) -> None:
    if not name:
        raise InvalidArgument("The property.name is the empty string.")
    if RESERVED.match(name):
        raise InvalidArgument(f"field name {name} is reserved")
    if len(name.encode()) > LONGEST_NAME:
        raise InvalidArgument("The property.name is longer than 1500 bytes.")


def _check_unset(_: Message, __: str, ___: int) -> None:
    raise InvalidArgument("Cannot convert firestore.v1.Value with type unset.")


def _check_timestamp(value: Message, _: str, __: int) -> None:
    value.timestamp_value.nanos -= value.timestamp_value.nanos % 1000


def _check_point(value: Message, field: str, _: int) -> None:
    point = value.geo_point_value
    if not (-90 <= point.latitude <= 90 and -180 <= point.longitude <= 180):
        raise InvalidArgument(f'The point of property "{field}" is not on the globe.')


def _check_string(value: Message, field: str, _: int) -> None:
    text = value.string_value
    if len(text) * WIDEST > LARGEST_VALUE:
        _check_length(len(text.encode()), field)


def _check_bytes(value: Message, field: str, _: int) -> None:
    _check_length(len(value.bytes_value), field)


def _check_length(length: int, field: str) -> None:
    if length > LARGEST_VALUE:
        raise InvalidArgument(
            f'The value of property "{field}" is longer than {LARGEST_VALUE} bytes.'
        )


def _check_array(value: Message, _: str, __: int) -> None:
    for element in value.array_value.values:
        check_element(element)


def _check_map(value: Message, field: str, depth: int) -> None:
    fields = value.map_value.fields
    if is_vector(value):
        check_vector(value)
    elif of := bson_type(fields):
        check_bson(fields, of)
    elif depth >= DEEPEST or TYPE_FIELD in fields:
        raise InvalidArgument(f"Property {field} contains an invalid nested entity.")
    else:
        check_fields(fields, depth + 1, field)


def check_vector(value: Message) -> None:
    """Raises InvalidArgument when a vector's map is not well formed."""
    fields = value.map_value.fields
    if "value" not in fields:
        raise InvalidArgument("Vector map is missing key 'value'.")
    elements = fields["value"].array_value.values
    if not elements:
        raise InvalidArgument("Cannot have a zero length vector.")
    if len(elements) > DIMENSIONS:
        raise InvalidArgument(f"Vectors must be at most {DIMENSIONS} dimensions.")
    if any(kind(element) != "double_value" for element in elements):
        raise InvalidArgument("Vector must only contain values of type 'double'")


_CHECKS: dict[str | None, Callable[[Message, str, int], None]] = {
    None: _check_unset,
    "timestamp_value": _check_timestamp,
    "geo_point_value": _check_point,
    "string_value": _check_string,
    "bytes_value": _check_bytes,
    "array_value": _check_array,
    "map_value": _check_map,
}
