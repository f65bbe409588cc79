"""Structured queries: read once from the request, run on a database at any time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from emulators.firestore import fields
from emulators.firestore.conditions import Condition
from emulators.firestore.database import Database
from emulators.firestore.filters import (
    Conjunction,
    Filter,
    disjunctions,
    each_condition,
    read_filter,
)
from emulators.firestore.names import ROOT_SEGMENTS, check_parent, check_segment
from emulators.firestore.nearest import Nearest
from emulators.firestore.ordering import (
    Bound,
    Order,
    completed,
    ordered,
    read_bound,
    read_orders,
)
from emulators.firestore.stored import Stored
from emulators.rpc.errors import InvalidArgument


@dataclass(frozen=True)
class Scope:
    """Which collections are queried; without an id, all of them."""

    parent: str
    collection_id: str
    descendants: bool

    @classmethod
    def read(cls, parent: str, selectors: list[Message]) -> Scope:
        """Raises InvalidArgument."""
        check_parent(parent)
        if len(selectors) > 1:
            raise InvalidArgument(
                "StructuredQuery.from cannot have more than one collection selector."
            )
        if not selectors:
            return cls(parent, "", descendants=False)
        if selectors[0].collection_id:
            check_segment("Collection", selectors[0].collection_id, parent)
        return cls(parent, selectors[0].collection_id, selectors[0].all_descendants)

    def check_group(self) -> None:
        """Raises InvalidArgument for a collection group below a document."""
        if self.descendants and self.collection_id and self.parent.count("/") >= ROOT_SEGMENTS:
            raise InvalidArgument("collection group queries are only allowed at the root parent")

    def covers(self, collection: str) -> bool:
        """Whether a collection, by its path, is one of them."""
        above, _, last = collection.rpartition("/")
        if self.collection_id and last != self.collection_id:
            return False
        return above == self.parent or (self.descendants and above.startswith(self.parent + "/"))

    def documents(self, database: Database, at: int | None) -> Iterator[Stored]:
        """All documents in them."""
        if self.collection_id and not self.descendants:
            yield from database.documents(f"{self.parent}/{self.collection_id}", at)
            return
        for collection in database.collections(self.parent, at):
            if self.covers(collection):
                yield from database.documents(collection, at)


@dataclass(frozen=True)
class Query:
    """What a StructuredQuery asks for; `orders` include the implicit ones."""

    scope: Scope
    filter: Filter | None
    orders: list[Order]
    start: Bound | None
    end: Bound | None
    offset: int
    limit: int | None
    select: list[fields.Path] | None
    nearest: Nearest | None

    @classmethod
    def read(cls, parent: str, asked: Message, also: Sequence[fields.Path] = ()) -> Query:
        """A query below a parent; `also` are fields it must have and be ordered by.

        Raises InvalidArgument in the service's words.
        """
        scope = Scope.read(parent, list(asked.from_))
        where = read_filter(asked.where) if asked.HasField("where") else None
        conditions = list(each_condition(where)) if where else []
        orders = read_orders(asked.order_by)
        start = read_bound(asked.start_at, orders) if asked.HasField("start_at") else None
        end = read_bound(asked.end_at, orders) if asked.HasField("end_at") else None
        limit = asked.limit.value if asked.HasField("limit") else None
        nearest = Nearest.read(asked.find_nearest) if asked.HasField("find_nearest") else None
        _check_range(limit, asked.offset, nearest)
        if where or any(order.path != fields.NAME for order in orders):
            scope.check_group()
        _check_names(conditions)
        select = (
            [fields.parse(field.field_path) for field in asked.select.fields]
            if asked.HasField("select")
            else None
        )
        return cls(
            scope=scope,
            filter=where,
            orders=completed(orders, conditions, also),
            start=start,
            end=end,
            offset=asked.offset,
            limit=limit,
            select=select,
            nearest=nearest,
        )

    def run(self, database: Database, at: int | None = None) -> list[Stored]:
        """The documents it finds, whole."""
        documents: Iterable[Stored] = self.scope.documents(database, at)
        if self.filter:
            documents = filter(self.filter.holds, documents)
        found = ordered(documents, self.orders)
        if self.start:
            start = self.start
            found = [one for one in found if not start.is_behind(one, self.orders)]
        if self.end:
            end = self.end
            found = [one for one in found if end.is_behind(one, self.orders)]
        if self.nearest:
            return self.nearest.of(found)
        until = None if self.limit is None else self.offset + self.limit
        return found[self.offset : until]

    def conjunctions(self) -> list[Conjunction]:
        """The filter as alternatives, each of which an index must serve; at least one."""
        return disjunctions(self.filter) if self.filter else [Conjunction()]

    def shown(self, document: Stored) -> Message:
        """A document with the fields that are selected."""
        if self.select is None:
            return document.proto
        return fields.project(document.proto, self.select)


def _check_range(limit: int | None, offset: int, nearest: Nearest | None) -> None:
    if limit is not None and limit < 0:
        raise InvalidArgument("limit is negative")
    if offset < 0:
        raise InvalidArgument("offset is negative")
    if nearest and limit is not None:
        raise InvalidArgument("A query limit cannot be used with FindNearest")
    if nearest and offset:
        raise InvalidArgument("A query offset cannot be used with FindNearest")


def _check_names(conditions: list[Condition]) -> None:
    """Raises InvalidArgument where names must equal and other fields must not."""
    inequalities = {condition.path for condition in conditions if condition.is_inequality}
    named = any(condition.path == fields.NAME for condition in conditions)
    if named and inequalities and fields.NAME not in inequalities:
        raise InvalidArgument(
            "Equality on key is not allowed if there are other inequality fields and key does "
            "not appear in inequalities."
        )
