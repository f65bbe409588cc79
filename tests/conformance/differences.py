"""Where the two differ: marks on the checks, and the table that is written from them.

    @differs("google", "Filters are ignored.", "cloud.google.com/pubsub/docs/…")

The check states what the documentation says; on the back end named it must fail (a strict
xfail), so a difference that is gone is noticed. `python -m tests.conformance.differences`
writes the table.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
TABLE = FOLDER / "DIFFERENCES.md"
MARK = "differs"
HEAD = """\
# Where the embedded emulators and Google's differ

Written by `python -m tests.conformance.differences` from the marks on the checks. Every check that
is not listed here gives the same on both. A check states what the documentation says: the back end
named departs from it (the test suite sees that it does), the other one follows it.

Transactions are serialisable on both and differ in how: Google's locks what a transaction reads, so
that other writers wait and at last fail; the embedded one lets them write and aborts the commit of
the transaction that read. The service offers both:
cloud.google.com/firestore/docs/transaction-data-contention.

| departs | how | documentation | check |
|---|---|---|---|
"""


@dataclass(frozen=True, order=True)
class Difference:
    """One back end departs from the documentation."""

    backend: str
    check: str
    how: str
    source: str

    def row(self) -> str:
        return f"| {self.backend} | {self.how} | {self.source} | `{self.check}` |\n"


def differs(backend: str, how: str, source: str) -> pytest.MarkDecorator:
    """Marks a check that `backend` fails; `source` is the documentation that the check follows."""
    return getattr(pytest.mark, MARK)(backend, how, source)


def table() -> str:
    """The whole Markdown page."""
    return HEAD + "".join(difference.row() for difference in sorted(set(_declared())))


def _declared() -> Iterator[Difference]:
    for file in FOLDER.glob("*/test_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef):
                check = f"{file.relative_to(FOLDER)}::{node.name}"
                yield from (_difference(call, check) for call in _marks(node))


def _marks(function: ast.FunctionDef) -> Iterator[ast.Call]:
    for decorator in function.decorator_list:
        for node in ast.walk(decorator):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == differs.__name__:
                yield node


def _difference(call: ast.Call, check: str) -> Difference:
    backend, how, source = (ast.literal_eval(argument) for argument in call.args)
    return Difference(backend, check, how, source)


if __name__ == "__main__":
    TABLE.write_text(table())
