"""Plays a sequence on a back end; the outcomes, in a form that can be compared."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.cloud.firestore_v1 import types
from google.protobuf.empty_pb2 import Empty

from tests.conformance.differential.sequences import DATABASE, ROLLBACK, Sequence, Step

OWNER = (("authorization", "Bearer owner"),)
DAY = 24 * 3600
SECONDS = 30
METHODS = {
    "commit": ("Commit", types.CommitResponse, False),
    "begin": ("BeginTransaction", types.BeginTransactionResponse, False),
    "rollback": ("Rollback", None, False),
    "get": ("GetDocument", types.Document, False),
    "batch_get": ("BatchGetDocuments", types.BatchGetDocumentsResponse, True),
    "query": ("RunQuery", types.RunQueryResponse, True),
    "aggregate": ("RunAggregationQuery", types.RunAggregationQueryResponse, True),
    "list": ("ListDocuments", types.ListDocumentsResponse, False),
    "collections": ("ListCollectionIds", types.ListCollectionIdsResponse, False),
}


@dataclass(frozen=True)
class Refused:
    """A status other than OK; texts may differ."""

    code: str
    text: str = field(compare=False)


class Player:
    """One back end; `play` gives the outcome of each step of a sequence."""

    def __init__(self, address: str) -> None:
        self._channel = grpc.insecure_channel(address)
        self._calls = {name: self._callable(*method) for name, method in METHODS.items()}

    def close(self) -> None:
        self._channel.close()

    def play(self, sequence: Sequence) -> list[object]:
        """One comparable outcome a step; the documents are deleted afterwards."""
        run = _Run(self._calls)
        outcomes = [run.outcome(step) for step in sequence.steps]
        run.finish()
        deletes = [{"delete": name} for name in sequence.names]
        request = types.CommitRequest(database=DATABASE, writes=deletes)
        self._calls["commit"](types.CommitRequest.pb(request), metadata=OWNER, timeout=SECONDS)
        return outcomes

    def _callable(self, method: str, answer: Any, streams: bool) -> Any:
        path = f"/google.firestore.v1.Firestore/{method}"
        kind = self._channel.unary_stream if streams else self._channel.unary_unary
        parse = (answer.pb() if answer else Empty).FromString
        return kind(path, lambda request: request.SerializeToString(), parse)


class _Run:
    """What a back end gave so far: its open transaction and its times."""

    def __init__(self, calls: dict[str, Any]) -> None:
        self._calls = calls
        self._transaction = b""
        self._commits: list[Any] = []
        self._places: dict[tuple[int, int], int] = {}
        self._updated: dict[str, Any] = {}

    def outcome(self, step: Step) -> object:
        request = self._filled(step)
        try:
            answer = self._calls[step.method](request, metadata=OWNER, timeout=SECONDS)
            return getattr(self, f"_{step.method}")(answer)
        except grpc.RpcError as error:
            if step.method == "commit" and step.moment == "transaction":
                self.finish()
            return Refused(error.code().name, error.details() or "")

    def finish(self) -> None:
        """Rolls the last transaction back: Google's keeps its locks when a commit fails."""
        with suppress(grpc.RpcError):
            self._calls["rollback"](self._filled(ROLLBACK), metadata=OWNER, timeout=SECONDS)

    def _filled(self, step: Step) -> Any:
        """The request with this back end's own transaction, time or base version."""
        request = type(step.request)()
        request.CopyFrom(step.request)
        if step.moment == "transaction":
            request.transaction = self._transaction
        elif step.moment == "past" and self._commits:
            request.read_time.CopyFrom(self._commits[len(self._commits) // 2])
        elif step.moment == "base":
            self._base(request.writes[0])
        return request

    def _base(self, write: Any) -> None:
        """Requires the version of the document that was last read."""
        name = write.update.name or write.delete or write.transform.document
        if name in self._updated:
            write.current_document.update_time.CopyFrom(self._updated[name])

    def _begin(self, answer: Any) -> object:
        self._transaction = answer.transaction
        return "begun"

    def _rollback(self, _: Any) -> object:
        return "rolled back"

    def _commit(self, answer: Any) -> object:
        place = len(self._commits)
        self._commits.append(answer.commit_time)
        self._places.setdefault((answer.commit_time.seconds, answer.commit_time.nanos), place)
        return [
            [self._value(value) for value in each.transform_results]
            for each in answer.write_results
        ]

    def _get(self, answer: Any) -> object:
        return self._document(answer)

    def _batch_get(self, answers: Any) -> object:
        found = {}
        for each in answers:
            if each.missing:
                found[each.missing] = None
            elif each.HasField("found"):
                found[each.found.name] = self._document(each.found)
        return found

    def _query(self, answers: Any) -> object:
        return [self._document(each.document) for each in answers if each.HasField("document")]

    def _aggregate(self, answers: Any) -> object:
        (answer,) = answers
        found = answer.result.aggregate_fields.items()
        return {alias: self._value(value) for alias, value in found}

    def _list(self, answer: Any) -> object:
        return [self._document(each) for each in answer.documents]

    def _collections(self, answer: Any) -> object:
        return list(answer.collection_ids)

    def _document(self, document: Any) -> object:
        """Name, fields, and which commits made and last changed it."""
        if not document.HasField("create_time"):
            return document.name  # listed for what is below it
        self._updated[document.name] = document.update_time
        fields = {name: self._value(value) for name, value in document.fields.items()}
        return (
            document.name,
            fields,
            self._place(document.create_time),
            self._place(document.update_time),
        )

    def _place(self, moment: Any) -> int | None:
        return self._places.get((moment.seconds, moment.nanos))

    def _value(self, value: Any) -> object:
        """The value; the server's time is only "now", since it differs."""
        kind = value.WhichOneof("value_type")
        held = getattr(value, kind)
        if kind == "map_value":
            return {name: self._value(inner) for name, inner in held.fields.items()}
        if kind == "array_value":
            return [self._value(inner) for inner in held.values]
        if kind == "timestamp_value" and abs(held.seconds - time.time()) < DAY:
            return "now"
        return kind, str(held)
