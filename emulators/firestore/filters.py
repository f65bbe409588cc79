"""The filter of a query: conditions joined by AND and OR, and what the service refuses of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from math import prod

from google.protobuf.message import Message

from emulators.firestore.conditions import (
    INEQUALITIES,
    NEGATIONS,
    SPREADING,
    Condition,
    comparison,
    spread,
    unary,
)
from emulators.firestore.fields import NAME, Path, spell
from emulators.firestore.stored import Stored
from emulators.rpc.errors import InvalidArgument

AND, OR = 1, 2
MOST_DISJUNCTIONS = 30
MOST_INEQUALITY_FIELDS = 10

Conjunction = frozenset[Condition]


@dataclass(frozen=True)
class Junction:
    """All (`every`) or any of some filters."""

    every: bool
    parts: tuple[Filter, ...]

    def holds(self, document: Stored) -> bool:
        """Whether a document fulfils it."""
        join = all if self.every else any
        return join(part.holds(document) for part in self.parts)


Filter = Condition | Junction


def read_filter(asked: Message) -> Filter:
    """The filter of a StructuredQuery. Raises InvalidArgument for all that is not allowed."""
    read = _read(asked)
    conditions = list(each_condition(read))
    _check_negations(conditions, read)
    ordering = {condition.path for condition in conditions if condition.is_inequality}
    if len(ordering) > MOST_INEQUALITY_FIELDS:
        names = ", ".join(spell(path) for path in sorted(ordering))
        raise InvalidArgument(
            f"The query contains {len(ordering)} distinct inequality fields: [{names}]. A query "
            f"may not have more than {MOST_INEQUALITY_FIELDS} distinct inequality fields."
        )
    count = _count(read)
    if count > MOST_DISJUNCTIONS:
        raise InvalidArgument(
            f"Too many disjunctions after normalization. Result had {count} disjunctions "
            f"which is more than the maximum of {MOST_DISJUNCTIONS}"
        )
    for conjunction in disjunctions(read, lists=True):
        if sum(condition.is_containment for condition in conjunction) > 1:
            raise InvalidArgument(
                "A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction."
            )
    return read


def _read(asked: Message) -> Filter:
    chosen = asked.WhichOneof("filter_type")
    if chosen == "field_filter":
        return comparison(asked.field_filter)
    if chosen == "unary_filter":
        return unary(asked.unary_filter)
    if chosen != "composite_filter":
        raise InvalidArgument("Unknown Filter type.")
    if asked.composite_filter.op not in (AND, OR):
        raise InvalidArgument("Unsupported CompositeFilter operator.")
    if not asked.composite_filter.filters:
        raise InvalidArgument("A CompositeFilter must have at least one filter.")
    parts = tuple(_read(part) for part in asked.composite_filter.filters)
    return Junction(asked.composite_filter.op == AND, parts)


def _check_negations(conditions: list[Condition], read: Filter) -> None:
    operators = [condition.operator for condition in conditions]
    if sum(operator in NEGATIONS for operator in operators) > 1:
        raise InvalidArgument(
            "Only a single 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', or 'IS_NOT_NULL' filter "
            "allowed per query."
        )
    spreads = any(operator in SPREADING for operator in operators) or _has_or(read)
    if "NOT_IN" in operators and spreads:
        raise InvalidArgument(
            "'NOT_IN' cannot be used in the same query with 'IN', 'ARRAY_CONTAINS_ANY' or 'OR'."
        )


def _has_or(read: Filter) -> bool:
    if isinstance(read, Condition):
        return False
    return not read.every or any(_has_or(part) for part in read.parts)


def each_condition(read: Filter) -> Iterator[Condition]:
    """All conditions, from left to right."""
    if isinstance(read, Condition):
        yield read
    else:
        for part in read.parts:
            yield from each_condition(part)


def _count(read: Filter) -> int:
    """How many conjunctions the disjunctive normal form has."""
    if isinstance(read, Condition):
        return len(read.operands) if read.operator in SPREADING else 1
    join: Callable[[Iterator[int]], int] = prod if read.every else sum
    return join(_count(part) for part in read.parts)


def disjunctions(read: Filter, *, lists: bool = False) -> list[Conjunction]:
    """The disjunctive normal form; lists are spread into equalities, unless `lists` stay."""
    if isinstance(read, Condition):
        return [frozenset({condition}) for condition in ([read] if lists else spread(read))]
    forms = [disjunctions(part, lists=lists) for part in read.parts]
    if not read.every:
        return [conjunction for form in forms for conjunction in form]
    return [frozenset[Condition]().union(*chosen) for chosen in product(*forms)]


def equalities(conjunction: Conjunction) -> set[Path]:
    """The fields that a conjunction leaves no order in; names need no index."""
    return {
        condition.path
        for condition in conjunction
        if condition.operator not in INEQUALITIES and condition.path != NAME
    }
