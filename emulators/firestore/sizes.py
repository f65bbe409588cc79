"""How large a document is: https://firebase.google.com/docs/firestore/storage-size."""

from __future__ import annotations

from google.protobuf.message import Message

from emulators.firestore.names import ROOT_SEGMENTS
from emulators.firestore.values import kind
from emulators.rpc.errors import InvalidArgument

LARGEST_DOCUMENT = 1_048_576
LARGEST_REQUEST = 10 << 20
SURELY_SMALL = LARGEST_DOCUMENT // 4  # a size is less than four times that of the message
FIXED_SIZES = {
    "null_value": 1,
    "boolean_value": 1,
    "integer_value": 8,
    "double_value": 8,
    "timestamp_value": 8,
    "geo_point_value": 16,
}


def check_request(request: Message) -> None:
    """Raises InvalidArgument when a request is too large."""
    if request.ByteSize() > LARGEST_REQUEST:
        raise InvalidArgument(f"Request payload size exceeds the limit: {LARGEST_REQUEST} bytes.")


def check_size(document: Message) -> None:
    """Raises InvalidArgument when a document is over 1 MiB."""
    if document.ByteSize() <= SURELY_SMALL:
        return
    size = 32 + _name_size(document.name) + _map_size(document.fields)
    if size > LARGEST_DOCUMENT:
        raise InvalidArgument(
            f'Document "{document.name}" cannot be written because its size ({size:,} bytes) '
            f"exceeds the maximum allowed size of {LARGEST_DOCUMENT:,} bytes."
        )


def _name_size(name: str) -> int:
    return 16 + sum(len(part.encode()) + 1 for part in name.split("/")[ROOT_SEGMENTS:])


def _map_size(fields: dict[str, Message]) -> int:
    return sum(len(name.encode()) + 1 + _size(value) for name, value in fields.items())


def _size(value: Message) -> int:
    of = kind(value)
    if of == "string_value":
        return len(value.string_value.encode()) + 1
    if of == "bytes_value":
        return len(value.bytes_value)
    if of == "reference_value":
        return _name_size(value.reference_value)
    if of == "array_value":
        return sum(_size(element) for element in value.array_value.values)
    if of == "map_value":
        return 32 + _map_size(value.map_value.fields)
    return FIXED_SIZES[of]
