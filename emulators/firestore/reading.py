"""The methods that read: GetDocument, BatchGetDocuments, RunQuery, RunAggregationQuery."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from google.protobuf.message import Message

from emulators.firestore.aggregations import read_aggregations
from emulators.firestore.engine import Firestore, Reading
from emulators.firestore.explain import Explanation
from emulators.firestore.fields import NAME, Path, parse, project
from emulators.firestore.names import check_document
from emulators.firestore.protos import V1, timestamp
from emulators.firestore.queries import Query
from emulators.firestore.stored import Stored
from emulators.rpc.errors import FailedPrecondition, InvalidArgument, NotFound
from emulators.rpc.protos import message

BatchGetDocumentsResponse = message(V1 + "BatchGetDocumentsResponse")
RunQueryResponse = message(V1 + "RunQueryResponse")
RunAggregationQueryResponse = message(V1 + "RunAggregationQueryResponse")


class Reads:
    """The methods, on an engine."""

    def __init__(self, firestore: Firestore) -> None:
        self._firestore = firestore

    async def get(self, request: Message) -> Message:
        """GetDocument"""
        database = self._firestore.database_of(check_document(request.name))
        reading = self._firestore.reading(database, request)
        document = database.get(request.name, reading.at)
        reading.note_document(request.name, document)
        if not document:
            raise NotFound(f'Document "{request.name}" not found.')
        return masked(document, request)

    async def batch_get(self, request: Message) -> AsyncIterator[Message]:
        """BatchGetDocuments: each document once, those found before those missing."""
        database = self._firestore.database(request.database)
        for name in request.documents:
            check_document(name)
        if request.WhichOneof("consistency_selector") == "transaction":
            transactions = self._firestore.transactions(database)
            await transactions.wait_to_read(request.transaction, request.documents)
        reading = self._firestore.reading(database, request)
        read_time = timestamp(reading.at)
        if reading.begun:
            yield BatchGetDocumentsResponse(transaction=reading.begun)
        missing = []
        for name in dict.fromkeys(request.documents):
            document = database.get(name, reading.at)
            reading.note_document(name, document)
            if document:
                found = masked(document, request)
                yield BatchGetDocumentsResponse(found=found, read_time=read_time)
            else:
                missing.append(name)
        for name in missing:
            yield BatchGetDocumentsResponse(missing=name, read_time=read_time)

    async def execute_pipeline(self, _: Message) -> AsyncIterator[Message]:
        """ExecutePipeline: refused, as by every database that is not of the Enterprise edition."""
        raise FailedPrecondition("Pipeline queries are only allowed on ENTERPRISE mode databases.")
        yield  # an async generator, as all that stream

    async def run_query(self, request: Message) -> AsyncIterator[Message]:
        """RunQuery: the documents, or one response without a document when there are none."""
        if request.WhichOneof("query_type") != "structured_query":
            raise InvalidArgument("only structured queries are supported")
        reading, query = self._prepare(request, request.structured_query)
        explanation = Explanation.asked(request)
        if reading.begun:
            yield RunQueryResponse(transaction=reading.begun)
        read_time = timestamp(reading.at)
        found: list[Stored] = []
        if explanation.runs:
            found = self._run(reading, query)
            for document in found:
                yield RunQueryResponse(document=query.shown(document), read_time=read_time)
        if explanation.wanted:
            metrics = explanation.metrics(query, len(found))
            yield RunQueryResponse(explain_metrics=metrics, read_time=read_time)
        elif not found:
            yield RunQueryResponse(read_time=read_time)

    async def run_aggregation(self, request: Message) -> AsyncIterator[Message]:
        """RunAggregationQuery: one response."""
        asked = request.structured_aggregation_query
        aggregations = read_aggregations(asked.aggregations)
        paths = [aggregation.path for aggregation in aggregations if aggregation.path]
        if paths:
            self._check_select(asked.structured_query)
        reading, query = self._prepare(request, asked.structured_query, paths)
        explanation = Explanation.asked(request)
        response = RunAggregationQueryResponse(
            transaction=reading.begun, read_time=timestamp(reading.at)
        )
        if explanation.runs:
            found = self._run(reading, query)
            for aggregation in aggregations:
                value = aggregation.of(found)
                response.result.aggregate_fields[aggregation.alias].CopyFrom(value)
        if explanation.wanted:
            response.explain_metrics.CopyFrom(explanation.metrics(query, 1))
        yield response

    @staticmethod
    def _check_select(asked: Message) -> None:
        """Sums and averages take no projection. Raises InvalidArgument."""
        if any(field.field_path != "__name__" for field in asked.select.fields):
            raise InvalidArgument(
                "Cannot apply property masks when aggregation fields are present."
            )
        if asked.HasField("select"):
            raise InvalidArgument(
                "Aggregation over non-key properties is not supported for base query that "
                "only returns keys."
            )

    def _prepare(
        self, request: Message, asked: Message, also: Sequence[Path] = ()
    ) -> tuple[Reading, Query]:
        query = Query.read(request.parent, asked, also)
        if self._firestore.indexes:
            self._firestore.indexes.check(query)
        database = self._firestore.database_of(request.parent)
        return self._firestore.reading(database, request), query

    def _run(self, reading: Reading, query: Query) -> list[Stored]:
        found = query.run(reading.database, reading.at)
        reading.note_query(query, found)
        return found


def masked(document: Stored, request: Message) -> Message:
    """A document with the fields of the request's mask, or all of them."""
    if not request.HasField("mask"):
        return document.proto
    paths = [parse(text) for text in request.mask.field_paths]
    return project(document.proto, [path for path in paths if path != NAME])
