"""Random structured queries."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.conformance.differential.values import FIELDS, value

RANGES = ("LESS_THAN", "LESS_THAN_OR_EQUAL", "GREATER_THAN", "GREATER_THAN_OR_EQUAL")
OPERATORS = ("EQUAL", "NOT_EQUAL", "IN", "NOT_IN", "ARRAY_CONTAINS", "ARRAY_CONTAINS_ANY", *RANGES)
LISTS = {"IN", "NOT_IN", "ARRAY_CONTAINS_ANY"}
UNARY = ("IS_NULL", "IS_NAN", "IS_NOT_NULL", "IS_NOT_NAN")


def query(random: Random, collection: str) -> dict[str, Any]:
    """A StructuredQuery over the collection, as the fields of its message."""
    everywhere = random.random() < 0.2
    made: dict[str, Any] = {"from": [{"collection_id": collection, "all_descendants": everywhere}]}
    if random.random() < 0.8:
        made["where"] = _filter(random)
    if random.random() < 0.5:
        made["order_by"] = _orders(random)
        _cut(random, made)
    if random.random() < 0.3:
        made["limit"] = random.randint(1, 4)
    if random.random() < 0.15:
        made["offset"] = random.randint(0, 3)
    if random.random() < 0.2:
        paths = random.sample((*FIELDS, "m"), random.randint(1, 2))
        made["select"] = {"fields": [{"field_path": path} for path in paths]}
    return made


def aggregation(random: Random, collection: str) -> dict[str, Any]:
    """A StructuredAggregationQuery: a count, sums and averages."""
    kinds = random.sample(("count", "sum", "avg"), random.randint(1, 3))
    wanted = [{"alias": kind, kind: _aggregated(random, kind)} for kind in kinds]
    over = query(random, collection)
    over.pop("select", None)
    return {"structured_query": over, "aggregations": wanted}


def _aggregated(random: Random, kind: str) -> dict[str, Any]:
    return {} if kind == "count" else {"field": {"field_path": random.choice(FIELDS)}}


def _filter(random: Random, depth: int = 0) -> dict[str, Any]:
    if depth < 2 and random.random() < 0.35:
        parts = [_filter(random, depth + 1) for _ in range(random.randint(1, 3))]
        operator = random.choice(("AND", "AND", "OR"))
        return {"composite_filter": {"op": operator, "filters": parts}}
    field = {"field_path": random.choice(FIELDS)}
    if random.random() < 0.12:
        return {"unary_filter": {"field": field, "op": random.choice(UNARY)}}
    operator = random.choice(OPERATORS)
    return {"field_filter": {"field": field, "op": operator, "value": _operand(random, operator)}}


def _operand(random: Random, operator: str) -> dict[str, Any]:
    if operator not in LISTS:
        return value(random, 1)
    values = [value(random, 2) for _ in range(random.randint(1, 3))]
    return {"array_value": {"values": values}}


def _orders(random: Random) -> list[dict[str, Any]]:
    direction = random.choice(("ASCENDING", "DESCENDING"))
    return [
        {"field": {"field_path": path}, "direction": random.choice(("ASCENDING", direction))}
        for path in random.sample(FIELDS, random.randint(1, 2))
    ]


def _cut(random: Random, made: dict[str, Any]) -> None:
    """Cursors at values of the first of the fields ordered by."""
    for end in ("start_at", "end_at"):
        if random.random() < 0.25:
            count = random.randint(1, len(made["order_by"]))
            values = [value(random, 1) for _ in range(count)]
            made[end] = {"values": values, "before": random.random() < 0.5}
