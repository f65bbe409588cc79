"""Random sequences of requests, made once and played on every back end."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import uuid4

from google.cloud.firestore_v1 import types

from tests.conformance.differential.queries import aggregation, query
from tests.conformance.differential.writes import write

# A database that no earlier run left anything in.
DATABASE = f"projects/differential-{uuid4().hex[:8]}/databases/(default)"
ROOT = f"{DATABASE}/documents"
READS = ("get", "batch_get", "query", "query", "query", "aggregate", "list", "collections")


@dataclass(frozen=True)
class Step:
    """One request; `moment` names what the back end's own times and ids fill in.

    "" nothing, "transaction" the open one, "past" an earlier commit time as read_time,
    "base" the update time of the first write's document as its precondition.
    """

    method: str
    request: Any
    moment: str = ""


def _pb(message: Any) -> Any:
    return type(message).pb(message)


ROLLBACK = Step("rollback", _pb(types.RollbackRequest(database=DATABASE)), "transaction")


class Sequence:
    """The steps of one seed, over a few documents that no other seed touches."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._random = Random(seed)
        self.collection = f"s{seed}"
        self.names = [
            f"{ROOT}/{self.collection}/{name}" for name in ("1", "2", "3", "é", "__id5__")
        ]
        self.names += [f"{self.names[0]}/{self.collection}/{name}" for name in ("4", "x")]
        self.steps = [self._commit(many=True)]
        while len(self.steps) < 12:
            self.steps += self._next()

    def _next(self) -> list[Step]:
        kind = self._random.choices(
            ("write", "read", "transaction", "reading", "past", "base"), (6, 10, 2, 1, 1, 2)
        )[0]
        if kind == "transaction":
            return self._transaction()
        if kind == "reading":
            return self._reading()
        if kind == "past":
            return [self._read("past")]
        if kind == "base":
            return [self._commit("base")]
        return [self._commit() if kind == "write" else self._read()]

    def _transaction(self) -> list[Step]:
        """Reads, then a commit of writes, or a rollback."""
        begin = Step("begin", _pb(types.BeginTransactionRequest(database=DATABASE)))
        reads = [self._read("transaction") for _ in range(self._random.randint(0, 3))]
        if self._random.random() < 0.2:
            return [begin, *reads, ROLLBACK]
        return [begin, *reads, self._commit("transaction")]

    def _reading(self) -> list[Step]:
        """A read-only transaction keeps its moment while others write."""
        options = {"read_only": {}}
        request = types.BeginTransactionRequest(database=DATABASE, options=options)
        reads = [self._read("transaction") for _ in range(2)]
        return [Step("begin", _pb(request)), reads[0], self._commit(), reads[1], ROLLBACK]

    def _commit(self, moment: str = "", many: bool = False) -> Step:
        count = 5 if many else self._random.randint(1, 3)
        writes = [write(self._random, self._random.choice(self.names)) for _ in range(count)]
        return Step("commit", _pb(types.CommitRequest(database=DATABASE, writes=writes)), moment)

    def _read(self, moment: str = "") -> Step:
        kind = self._random.choice(READS[:6] if moment == "transaction" else READS)
        return Step(kind, _pb(getattr(self, f"_{kind}")()), moment)

    def _get(self) -> types.GetDocumentRequest:
        request = types.GetDocumentRequest(name=self._random.choice(self.names))
        if self._random.random() < 0.3:
            request.mask = {"field_paths": ["a", "m.x"]}
        return request

    def _batch_get(self) -> types.BatchGetDocumentsRequest:
        names = self._random.sample(self.names, 3)
        return types.BatchGetDocumentsRequest(database=DATABASE, documents=names)

    def _query(self) -> types.RunQueryRequest:
        made = query(self._random, self.collection)
        return types.RunQueryRequest(parent=ROOT, structured_query=made)

    def _aggregate(self) -> types.RunAggregationQueryRequest:
        made = aggregation(self._random, self.collection)
        return types.RunAggregationQueryRequest(parent=ROOT, structured_aggregation_query=made)

    def _list(self) -> types.ListDocumentsRequest:
        missing = self._random.random() < 0.5
        return types.ListDocumentsRequest(
            parent=ROOT, collection_id=self.collection, show_missing=missing, page_size=10
        )

    def _collections(self) -> types.ListCollectionIdsRequest:
        return types.ListCollectionIdsRequest(parent=self.names[0])
