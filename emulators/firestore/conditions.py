"""Single conditions of a query: one field, one operator, what it is compared with.

Field filters never match null or NaN by comparison; IS_NULL and IS_NAN are operators of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from google.protobuf.message import Message

from emulators.firestore.fields import NAME, Path, parse
from emulators.firestore.limits import check_vector
from emulators.firestore.names import check_document
from emulators.firestore.protos import V1
from emulators.firestore.ranks import Rank
from emulators.firestore.stored import Stored
from emulators.firestore.values import NAN, NULL, Key, is_vector, kind, sort_key
from emulators.rpc.errors import InvalidArgument
from emulators.rpc.protos import enum_names

FIELD_OPERATORS = enum_names(V1 + "StructuredQuery.FieldFilter.Operator")
UNARY_OPERATORS = enum_names(V1 + "StructuredQuery.UnaryFilter.Operator")
RANGES = {"LESS_THAN", "LESS_THAN_OR_EQUAL", "GREATER_THAN", "GREATER_THAN_OR_EQUAL"}
NEGATIONS = {"NOT_EQUAL", "NOT_IN", "IS_NOT_NAN", "IS_NOT_NULL"}
INEQUALITIES = RANGES | NEGATIONS
CONTAINMENTS = {"ARRAY_CONTAINS", "ARRAY_CONTAINS_ANY"}
SPREADING = {"IN": "EQUAL", "ARRAY_CONTAINS_ANY": "ARRAY_CONTAINS"}
LIST_LIMITS = {"IN": 30, "ARRAY_CONTAINS_ANY": 30, "NOT_IN": 10}
NO_VALUES = (NULL, NAN)

Test = Callable[[Key], bool]


@dataclass(frozen=True)
class Condition:
    """`operands` are the sort keys compared with, one but for the operators that take lists."""

    path: Path
    operator: str
    operands: tuple[Key, ...]
    test: Test = field(compare=False)

    def holds(self, document: Stored) -> bool:
        """Whether a document fulfils it; one without the field does not."""
        key = document.key(self.path)
        return key is not None and self.test(key)

    @property
    def is_inequality(self) -> bool:
        """Whether it is one that orders results; what nothing can fulfil is left out of that."""
        return self.operator in INEQUALITIES and self.test is not _never

    @property
    def is_containment(self) -> bool:
        """Whether it looks into arrays."""
        return self.operator in CONTAINMENTS


def unary(asked: Message) -> Condition:
    """A condition from a UnaryFilter. Raises InvalidArgument."""
    operator = UNARY_OPERATORS.get(asked.op, "OPERATOR_UNSPECIFIED")
    if operator not in _UNARY:
        raise InvalidArgument("Unknown UnaryFilter operator.")
    if not asked.HasField("field"):
        raise InvalidArgument("Unsupported UnaryFilter operand type (non-FIELD).")
    path = parse(asked.field.field_path)
    if path == NAME:
        raise InvalidArgument("__key__ filter value must be a Key")
    return Condition(path, operator, (), _UNARY[operator])


def comparison(asked: Message) -> Condition:
    """A condition from a FieldFilter. Raises InvalidArgument."""
    operator = FIELD_OPERATORS.get(asked.op, "OPERATOR_UNSPECIFIED")
    path = parse(asked.field.field_path)
    if operator in LIST_LIMITS:
        values = _list(operator, asked.value)
    elif operator in _SINGLE:
        values = [asked.value]
    else:
        raise InvalidArgument("Unknown FieldFilter operator.")
    for value in values:
        _check_operand(path, operator, value)
    operands = tuple(sort_key(value) for value in values)
    if operator in LIST_LIMITS:
        return Condition(path, operator, operands, _LISTS[operator](operands))
    return Condition(path, operator, operands, _SINGLE[operator](operands[0]))


def spread(condition: Condition) -> list[Condition]:
    """The conditions of which a list operator means any; else the one given."""
    operator = SPREADING.get(condition.operator)
    if not operator:
        return [condition]
    return [
        Condition(condition.path, operator, (operand,), _SINGLE[operator](operand))
        for operand in condition.operands
    ]


def _list(operator: str, value: Message) -> list[Message]:
    limit = LIST_LIMITS[operator]
    if kind(value) != "array_value":
        raise InvalidArgument(f"'{operator}' requires an ArrayValue.")
    values = list(value.array_value.values)
    if not values:
        raise InvalidArgument(f"'{operator}' requires an non-empty ArrayValue.")
    if len(values) > limit:
        raise InvalidArgument(f"'{operator}' supports up to {limit} comparison values.")
    return values


def _check_operand(path: Path, operator: str, value: Message) -> None:
    if not kind(value):
        raise InvalidArgument("Cannot convert firestore.v1.Value with type unset.")
    if is_vector(value):
        check_vector(value)
    if path == NAME:
        if operator in CONTAINMENTS:
            raise InvalidArgument("the name __key__ is reserved")
        if kind(value) != "reference_value":
            raise InvalidArgument("__key__ filter value must be a Key")
        check_document(value.reference_value)


def _never(_: Key) -> bool:
    return False


def _equal(operand: Key) -> Test:
    return _never if operand in NO_VALUES else lambda key: key == operand


def _not_equal(operand: Key) -> Test:
    if operand == NULL:
        return _never
    if operand == NAN:
        return lambda key: key != NULL
    return lambda key: key not in (NULL, operand)


def _range(compare: Callable[[Key, Key], bool]) -> Callable[[Key], Test]:
    """Ranges stay within the operand's type, and numbers exclude NaN."""

    def of(operand: Key) -> Test:
        if operand in NO_VALUES:
            return _never
        return lambda key: key[0] == operand[0] and key != NAN and compare(key, operand)

    return of


def _contains(operand: Key) -> Test:
    return _contains_any((operand,))


def _contains_any(operands: tuple[Key, ...]) -> Test:
    wanted = frozenset(operands) - {*NO_VALUES}
    return lambda key: key[0] == Rank.ARRAY and not wanted.isdisjoint(key[1])


def _in(operands: tuple[Key, ...]) -> Test:
    wanted = frozenset(operands) - {*NO_VALUES}
    return lambda key: key in wanted


def _not_in(operands: tuple[Key, ...]) -> Test:
    if NULL in operands:
        return lambda _: False  # unlike _never it still orders results
    unwanted = frozenset(operands) - {NAN} | {NULL}
    return lambda key: key not in unwanted


_SINGLE: dict[str, Callable[[Key], Test]] = {
    "EQUAL": _equal,
    "NOT_EQUAL": _not_equal,
    "LESS_THAN": _range(lambda key, operand: key < operand),
    "LESS_THAN_OR_EQUAL": _range(lambda key, operand: key <= operand),
    "GREATER_THAN": _range(lambda key, operand: key > operand),
    "GREATER_THAN_OR_EQUAL": _range(lambda key, operand: key >= operand),
    "ARRAY_CONTAINS": _contains,
}
_LISTS: dict[str, Callable[[tuple[Key, ...]], Test]] = {
    "IN": _in,
    "NOT_IN": _not_in,
    "ARRAY_CONTAINS_ANY": _contains_any,
}
_UNARY: dict[str, Test] = {
    "IS_NULL": lambda key: key == NULL,
    "IS_NOT_NULL": lambda key: key != NULL,
    "IS_NAN": lambda key: key == NAN,
    "IS_NOT_NAN": lambda key: key not in NO_VALUES,
}
