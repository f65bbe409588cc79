"""Aggregations of a query's results: count, sum and average."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add

from google.protobuf.message import Message

from emulators.firestore.fields import NAME, Path, get, parse
from emulators.firestore.names import RESERVED
from emulators.firestore.protos import Value
from emulators.firestore.stored import Stored
from emulators.firestore.transforms import LARGEST, SMALLEST
from emulators.firestore.values import is_number, number
from emulators.rpc.errors import InvalidArgument

MOST = 5


@dataclass(frozen=True)
class Aggregation:
    """One of them; `path` for sum and avg, `up_to` for a count that need not go on."""

    alias: str
    operator: str
    path: Path | None
    up_to: int | None

    def of(self, documents: list[Stored]) -> Message:
        """The Value over these documents."""
        if self.path is None:
            count = len(documents)
            return Value(integer_value=count if self.up_to is None else min(count, self.up_to))
        values = (get(document.proto.fields, self.path) for document in documents)
        numbers = [number(value) for value in values if value is not None and is_number(value)]
        if self.operator == "sum":
            return _sum(numbers)
        if not numbers:
            return Value(null_value=0)
        return Value(double_value=float(_total(numbers)) / len(numbers))


def _sum(numbers: list[int | float]) -> Message:
    total = _total(numbers)
    if isinstance(total, int) and SMALLEST <= total <= LARGEST:
        return Value(integer_value=total)
    return Value(double_value=float(total))


def _total(numbers: list[int | float]) -> int | float:
    """Integers are added exactly, doubles one after another, then both: as the service does."""
    integers = sum(number for number in numbers if isinstance(number, int))
    doubles = [number for number in numbers if isinstance(number, float)]
    return float(integers) + reduce(add, doubles) if doubles else integers


def read_aggregations(asked: Iterable[Message]) -> list[Aggregation]:
    """What a StructuredAggregationQuery asks for. Raises InvalidArgument."""
    read: list[Aggregation] = []
    for n, aggregation in enumerate(asked, 1):
        alias = aggregation.alias or f"field_{n}"
        if any(alias == earlier.alias for earlier in read):
            raise InvalidArgument(f"Aggregation aliases contain duplicate alias: {alias}.")
        if RESERVED.match(alias):
            raise InvalidArgument(f'The property.name "{alias}" is reserved.')
        read.append(_read(alias, aggregation))
    if not read:
        raise InvalidArgument("Aggregations can not be empty.")
    if len(read) > MOST:
        raise InvalidArgument(
            "The maximum number of aggregations allowed in an aggregation query is "
            f"{MOST}. Received: {len(read)}."
        )
    return read


def _read(alias: str, asked: Message) -> Aggregation:
    operator = asked.WhichOneof("operator")
    if not operator:
        raise InvalidArgument("Operator field in Aggregation is not set.")
    if operator == "count":
        if asked.count.up_to.value < 0:
            raise InvalidArgument("Aggregation.Count.up_to cannot be negative.")
        up_to = asked.count.up_to.value if asked.count.HasField("up_to") else None
        return Aggregation(alias, operator, None, up_to)
    path = parse(getattr(asked, operator).field.field_path)
    if path == NAME:
        raise InvalidArgument("Aggregations are not supported for the property: __key__")
    return Aggregation(alias, operator, path, None)
