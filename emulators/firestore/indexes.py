"""Index enforcement: queries that the cloud would refuse for want of a composite index.

Single-field indexes are automatic, in both directions and for arrays, within a collection.
Everything else must be declared. Several indexes serve one query when they end in the same order
and each begins with some of the query's equalities: Firestore merges them.
https://firebase.google.com/docs/firestore/query-data/index-overview
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emulators.firestore.fields import NAME, Path, parse, spell
from emulators.firestore.filters import Conjunction, equalities
from emulators.firestore.ordering import Order
from emulators.firestore.queries import Query
from emulators.rpc.errors import FailedPrecondition


@dataclass(frozen=True)
class Index:
    """A declared composite index: its fields, each ascending or not."""

    collection: str
    orders: tuple[Order, ...]
    group: bool = False

    @classmethod
    def parse(cls, declared: Mapping[str, Any]) -> Index:
        """From the manifest: {collection: c, fields: [a, -b], scope: COLLECTION_GROUP}."""
        return cls(
            collection=declared["collection"],
            orders=tuple(
                Order(parse(name.removeprefix("-")), name.startswith("-"))
                for name in declared["fields"]
            ),
            group=declared.get("scope") == "COLLECTION_GROUP",
        )


class Indexes:
    """Those declared."""

    def __init__(self, declared: Iterable[Index]) -> None:
        self._declared = list(declared)

    def check(self, query: Query) -> None:
        """Raises FailedPrecondition, with the entry to add, when an index is missing."""
        if query.nearest:
            raise FailedPrecondition(
                "Missing vector index configuration: the manifest declares no vector indexes, so "
                f"{spell(query.nearest.path)} cannot be searched."
            )
        for conjunction in query.conjunctions():
            self._check(query, conjunction)

    def _check(self, query: Query, conjunction: Conjunction) -> None:
        equal = equalities(conjunction)
        orders = _needed(query.orders, equal)
        group = query.scope.descendants
        if not equal and not orders:
            return
        if not group and _is_automatic(equal, orders):
            return
        if self._serve(query.scope.collection_id, equal, orders, group):
            return
        fields = [spell(path) for path in sorted(equal)]
        fields += ["-" * order.descending + spell(order.path) for order in orders]
        scope = ", scope: COLLECTION_GROUP" if group else ""
        raise FailedPrecondition(
            "The query requires an index. Declare it under `indexes:` in the manifest: "
            f"{{collection: {query.scope.collection_id}, fields: [{', '.join(fields)}]{scope}}}"
        )

    def _serve(
        self, collection: str, equal: set[Path], orders: Sequence[Order], group: bool
    ) -> bool:
        """Whether indexes that end in this order serve all the equalities together."""
        prefixes = [
            prefix
            for index in self._declared
            if index.collection == collection
            and index.group == group
            and (prefix := _prefix(index.orders, orders)) is not None
            and prefix <= equal
        ]
        return bool(prefixes) and set[Path]().union(*prefixes) >= equal


def _needed(orders: Sequence[Order], equal: set[Path]) -> list[Order]:
    """The orders an index must give: equal fields need none, nor names in the last direction."""
    needed = [order for order in orders if order.path not in equal]
    last = needed[-2].descending if len(needed) > 1 else False
    if needed and needed[-1].path == NAME and needed[-1].descending == last:
        needed.pop()
    return needed


def _is_automatic(equal: set[Path], orders: Sequence[Order]) -> bool:
    """Whether single-field indexes do: equalities alone, or the order of one field alone."""
    return not orders or (not equal and len(orders) == 1 and orders[0].path != NAME)


def _prefix(index: Sequence[Order], orders: Sequence[Order]) -> set[Path] | None:
    """The fields before an index's end, when that end is this order; directions must agree."""
    length = len(index) - len(orders)
    if length < 0 or list(index[length:]) != list(orders):
        return None
    return {order.path for order in index[:length]}
