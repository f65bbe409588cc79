"""The methods that write: transactions, commits, batches, and single documents."""

from __future__ import annotations

import random
import string
from collections.abc import Sequence

from google.protobuf.message import Message

from emulators.firestore.database import Database
from emulators.firestore.engine import Firestore
from emulators.firestore.names import check_parent, check_segment
from emulators.firestore.protos import V1, Empty, Write, WriteResult, timestamp
from emulators.firestore.reading import masked
from emulators.firestore.sizes import check_request
from emulators.firestore.write_rules import target
from emulators.firestore.writes import apply
from emulators.rpc.errors import InvalidArgument, RpcError
from emulators.rpc.protos import message

BeginTransactionResponse = message(V1 + "BeginTransactionResponse")
CommitResponse = message(V1 + "CommitResponse")
BatchWriteResponse = message(V1 + "BatchWriteResponse")
ID_LETTERS = string.ascii_letters + string.digits
MOST_BATCH_WRITES = 500


class Writes:
    """The methods, on an engine."""

    def __init__(self, firestore: Firestore) -> None:
        self._firestore = firestore

    async def begin(self, request: Message) -> Message:
        """BeginTransaction"""
        database = self._firestore.database(request.database)
        begun = self._firestore.transactions(database).begin(request.options)
        return BeginTransactionResponse(transaction=begun)

    async def roll_back(self, request: Message) -> Message:
        """Rollback"""
        database = self._firestore.database(request.database)
        self._firestore.transactions(database).roll_back(request.transaction)
        return Empty()

    async def commit(self, request: Message) -> Message:
        """Commit: all writes or none, and those of a transaction only if its reads still hold."""
        check_request(request)
        database = self._firestore.database(request.database)
        if request.transaction:
            await self._end(database, request)
            results, at = self._put(database, request.writes)
        else:
            results, at = await self._write(database, request.writes)
        return CommitResponse(write_results=results, commit_time=timestamp(at))

    async def _end(self, database: Database, request: Message) -> None:
        """Closes the transaction of a commit. Raises Aborted when it must not be applied."""
        transactions = self._firestore.transactions(database)
        transaction = transactions.find(request.transaction)
        if transaction.read_only and request.writes:
            raise InvalidArgument("Cannot modify entities in a read-only transaction.")
        await transactions.wait_to_write(request.writes, transaction.line)
        transactions.end(request.transaction)
        if request.writes:
            transactions.check(transaction)

    async def _write(
        self, database: Database, writes: Sequence[Message]
    ) -> tuple[list[Message], int]:
        """Writes outside transactions."""
        await self._firestore.transactions(database).wait_to_write(writes)
        return self._put(database, writes)

    def _put(self, database: Database, writes: Sequence[Message]) -> tuple[list[Message], int]:
        at = database.commit_time()
        stage, results = apply(database, writes, at)
        database.put(stage, at)
        return results, at

    async def batch_write(self, request: Message) -> Message:
        """BatchWrite: each write succeeds or fails for itself."""
        check_request(request)
        database = self._firestore.database(request.database)
        names = [target(write) for write in request.writes]
        if len(names) > MOST_BATCH_WRITES:
            raise InvalidArgument(f"Cannot write more than {MOST_BATCH_WRITES} entities at once.")
        if len(set(names)) < len(names):
            raise InvalidArgument("A document may be written only once in a BatchWrite.")
        response = BatchWriteResponse()
        for write in request.writes:
            try:
                results, _ = await self._write(database, [write])
                response.write_results.extend(results)
                response.status.add()
            except RpcError as failed:
                response.write_results.append(WriteResult())
                response.status.add(code=failed.code.value[0], message=str(failed))
        return response

    async def create(self, request: Message) -> Message:
        """CreateDocument"""
        check_parent(request.parent)
        check_segment("Collection", request.collection_id, request.parent)
        document_id = request.document_id or "".join(random.choices(ID_LETTERS, k=20))  # noqa: S311
        check_segment("Resource", document_id, request.parent)
        write = Write(update=request.document, current_document={"exists": False})
        write.update.name = f"{request.parent}/{request.collection_id}/{document_id}"
        return await self._written(write, request)

    async def update(self, request: Message) -> Message:
        """UpdateDocument"""
        write = Write(update=request.document)
        if request.HasField("update_mask"):
            write.update_mask.CopyFrom(request.update_mask)
        if request.HasField("current_document"):
            write.current_document.CopyFrom(request.current_document)
        return await self._written(write, request)

    async def _written(self, write: Message, request: Message) -> Message:
        """Writes one document, and gives it back with the fields of the request's mask."""
        check_request(request)
        name = target(write)
        database = self._firestore.database_of(name)
        await self._write(database, [write])
        document = database.get(name)
        if not document:
            raise InvalidArgument(f"{name} was not written.")
        return masked(document, request)

    async def delete(self, request: Message) -> Message:
        """DeleteDocument"""
        write = Write(delete=request.name)
        if request.HasField("current_document"):
            write.current_document.CopyFrom(request.current_document)
        await self._write(self._firestore.database_of(target(write)), [write])
        return Empty()
