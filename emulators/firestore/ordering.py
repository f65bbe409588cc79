"""The order of a query's results and the cursors in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from emulators.firestore.conditions import Condition
from emulators.firestore.fields import NAME, Path, parse, spell
from emulators.firestore.names import check_document
from emulators.firestore.stored import Stored
from emulators.firestore.values import Key, kind, sort_key
from emulators.rpc.errors import InvalidArgument

DESCENDING = 2


@dataclass(frozen=True)
class Order:
    """One field that results are ordered by."""

    path: Path
    descending: bool


@dataclass(frozen=True)
class Bound:
    """A place in the order: before or after all documents whose first keys are these."""

    keys: tuple[Key, ...]
    before: bool

    def is_behind(self, document: Stored, orders: list[Order]) -> bool:
        """Whether the document comes before this place."""
        for order, wanted in zip(orders, self.keys, strict=False):
            key = document.key(order.path)
            if key != wanted:
                return (key > wanted if order.descending else key < wanted) if key else True
        return not self.before


def read_orders(asked: Iterable[Message]) -> list[Order]:
    """The orders a query asks for. Raises InvalidArgument."""
    orders: list[Order] = []
    for order in asked:
        path = parse(order.field.field_path)
        if orders and orders[-1].path == NAME:
            raise InvalidArgument("order by clause cannot contain more fields after the key")
        if any(path == earlier.path for earlier in orders):
            raise InvalidArgument(
                f"order by clause cannot contain duplicate fields {order.field.field_path}"
            )
        orders.append(Order(path, order.direction == DESCENDING))
    return orders


def completed(
    orders: list[Order], conditions: Sequence[Condition], also: Sequence[Path]
) -> list[Order]:
    """The orders with those that go without saying.

    First the fields of inequalities and those in `also` (that aggregations need), then the name,
    all in the direction of the last order asked for. Raises InvalidArgument.
    """
    asked = {order.path for order in orders}
    inequalities = {condition.path for condition in conditions if condition.is_inequality}
    if NAME in asked and not asked >= inequalities:
        raise InvalidArgument("order by clause cannot contain more fields after the key")
    late = sorted({*also} - asked - inequalities)
    if late and NAME in asked.union(condition.path for condition in conditions):
        raise InvalidArgument(
            f"This query requires an index that has fields [{', '.join(map(spell, late))}] after "
            "__name__ and Firestore does not currently support such an index. Please try the "
            "query again with additional ordering on those fields."
        )
    descending = orders[-1].descending if orders else False
    implied = dict.fromkeys((*sorted(inequalities - {NAME}), *sorted(also), NAME))
    return orders + [Order(path, descending) for path in implied if path not in asked]


def read_bound(cursor: Message, orders: list[Order]) -> Bound:
    """A cursor in the orders asked for. Raises InvalidArgument."""
    if len(cursor.values) > len(orders):
        raise InvalidArgument("Cursor has too many values.")
    for order, value in zip(orders, cursor.values, strict=False):
        if order.path == NAME:
            if kind(value) != "reference_value":
                raise InvalidArgument("__key__ filter value must be a Key")
            check_document(value.reference_value)
    return Bound(tuple(sort_key(value) for value in cursor.values), cursor.before)


def ordered(documents: Iterable[Stored], orders: list[Order]) -> list[Stored]:
    """The documents that have all these fields, in this order."""
    paths = [order.path for order in orders if order.path != NAME]
    result = [
        document for document in documents if all(document.key(path) is not None for path in paths)
    ]
    for order in reversed(orders):
        path = order.path
        if path == NAME:
            result.sort(key=lambda document: document.name_key, reverse=order.descending)
        else:
            result.sort(key=lambda document: document.key(path) or (), reverse=order.descending)
    return result
