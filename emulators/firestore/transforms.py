"""Field transforms: server time, increment, maximum, minimum, array union and removal."""

from __future__ import annotations

import math
from collections.abc import Iterable

from google.protobuf.message import Message

from emulators.firestore import fields
from emulators.firestore.limits import check_element
from emulators.firestore.protos import Value, timestamp
from emulators.firestore.values import is_number, kind, number, sort_key
from emulators.rpc.errors import InvalidArgument

MILLISECOND = 1_000_000
LARGEST, SMALLEST = 2**63 - 1, -(2**63)


def check(transforms: Iterable[Message]) -> None:
    """Raises InvalidArgument for what can be applied to no document."""
    paths = []
    for transform in transforms:
        paths.append(fields.parse(transform.field_path))
        _check_operand(transform)
    for path in paths:
        if any(len(other) > len(path) and other[: len(path)] == path for other in paths):
            raise InvalidArgument(
                f"Cannot transform property {fields.spell(path)} and its nested property "
                "at the same time."
            )


def _check_operand(transform: Message) -> None:
    chosen = transform.WhichOneof("transform_type")
    if not chosen:
        raise InvalidArgument("Operation type must be specified for field transformation.")
    operand = getattr(transform, chosen)
    if chosen in _ARRAYS:
        for element in operand.values:
            check_element(element)
    elif chosen in _NUMBERS:
        if not is_number(operand):
            raise InvalidArgument("Input must be int64 or double.")
    elif not operand:
        raise InvalidArgument(
            "ServerValue type must be specified for set_to_server_value transformation."
        )


def apply(document: Message, transforms: Iterable[Message], at: int) -> list[Message]:
    """Carries out checked transforms on the document in order; one result each."""
    results = []
    for transform in transforms:
        path = fields.parse(transform.field_path)
        new = _transformed(fields.get(document.fields, path), transform, at)
        result = Value(null_value=0)
        if kind(new) != "array_value":
            result.CopyFrom(new)  # `new` may be part of the document, which goes on changing
        results.append(result)
        fields.put(document.fields, path, new)
    return results


def _transformed(old: Message | None, transform: Message, at: int) -> Message:
    chosen = transform.WhichOneof("transform_type")
    if chosen == "set_to_server_value":
        return Value(timestamp_value=timestamp(at - at % MILLISECOND))
    operand = getattr(transform, chosen)
    if chosen in _ARRAYS:
        return _ARRAYS[chosen](old.array_value.values if old is not None else [], operand.values)
    if old is None or not is_number(old):
        return operand
    return _NUMBERS[chosen](old, operand)


def _increment(old: Message, by: Message) -> Message:
    total = number(old) + number(by)
    if isinstance(total, float):
        return Value(double_value=total)
    return Value(integer_value=max(SMALLEST, min(LARGEST, total)))


def _maximum(old: Message, other: Message) -> Message:
    """Not-a-number wins; of equal numbers the one that was there stays."""
    x, y = number(old), number(other)
    return old if math.isnan(x) or x >= y else other


def _minimum(old: Message, other: Message) -> Message:
    x, y = number(old), number(other)
    return other if math.isnan(y) or y < x else old


def _union(elements: Iterable[Message], added: Iterable[Message]) -> Message:
    result = Value()
    result.array_value.values.extend(elements)
    known = {sort_key(element) for element in result.array_value.values}
    for element in added:
        if sort_key(element) not in known:
            known.add(sort_key(element))
            result.array_value.values.append(element)
    result.array_value.SetInParent()
    return result


def _difference(elements: Iterable[Message], removed: Iterable[Message]) -> Message:
    result = Value()
    gone = {sort_key(element) for element in removed}
    kept = [element for element in elements if sort_key(element) not in gone]
    result.array_value.values.extend(kept)
    result.array_value.SetInParent()
    return result


_NUMBERS = {"increment": _increment, "maximum": _maximum, "minimum": _minimum}
_ARRAYS = {"append_missing_elements": _union, "remove_all_from_array": _difference}
