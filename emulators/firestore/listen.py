"""Listen: a stream of changes to what a client's targets are about."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Sequence

from google.protobuf.message import Message

from emulators.firestore.database import Changes, Database
from emulators.firestore.engine import Firestore
from emulators.firestore.indexes import Indexes
from emulators.firestore.protos import nanoseconds, timestamp
from emulators.firestore.targets import ListenResponse, Target
from emulators.rpc.errors import FailedPrecondition, InvalidArgument, RpcError

NO_CHANGE, ADD, REMOVE, CURRENT, RESET = range(5)
CHOSEN_BY_SERVER = 1  # the id of a target that the client left unnamed


class Listens:
    """The method, on an engine."""

    def __init__(self, firestore: Firestore) -> None:
        self._firestore = firestore

    async def listen(self, requests: AsyncIterator[Message]) -> AsyncIterator[Message]:
        """Listen: responses until the client ends its side."""
        stream = _Stream(self._firestore.indexes)
        reader = asyncio.create_task(self._read(requests, stream))
        try:
            while (response := await stream.responses.get()) is not None:
                yield response
            await reader
        finally:
            reader.cancel()
            stream.close()

    async def _read(self, requests: AsyncIterator[Message], stream: _Stream) -> None:
        try:
            async for request in requests:
                if request.WhichOneof("target_change") == "add_target":
                    stream.add(self._firestore.database(request.database), request.add_target)
                else:
                    stream.remove(request.remove_target)
        finally:
            stream.responses.put_nowait(None)


class _Stream:
    """The targets of one client and the responses on their way to it; None ends them."""

    def __init__(self, indexes: Indexes | None) -> None:
        self._indexes = indexes
        self.responses: asyncio.Queue[Message | None] = asyncio.Queue()
        self._targets: dict[int, Target] = {}
        self._watched: set[Database] = set()

    def add(self, database: Database, asked: Message) -> None:
        """Begins a target: its documents, then CURRENT, then a consistent snapshot."""
        if not asked.target_id:
            asked.target_id = CHOSEN_BY_SERVER
        self._tell(ADD, [asked.target_id])
        try:
            target = Target.read(database, asked)
            if target.query and self._indexes:
                self._indexes.check(target.query)
            self._resume(target, asked)
        except RpcError as refused:
            self._refuse(asked.target_id, refused)
            return
        self._targets[target.number] = target
        self._watch(database)
        at = database.read_time()
        missing = set(target.names) - set(target.seen)
        for response in target.advance(at):
            self.responses.put_nowait(response)
        for name in sorted(missing - set(target.seen)):
            self.responses.put_nowait(target.gone(name, at))
        self._tell(CURRENT, [target.number], at)
        self._tell(NO_CHANGE, [], at)
        if asked.once:
            self.remove(target.number)

    def _resume(self, target: Target, asked: Message) -> None:
        """Lets the target know what the client saw before it was cut off."""
        chosen = asked.WhichOneof("resume_type")
        if not chosen or not getattr(asked, chosen):
            return
        since = _instant(asked.resume_token) if asked.resume_token else nanoseconds(asked.read_time)
        try:
            target.seen = target.result(target.database.check_time(since))
        except FailedPrecondition:
            self._tell(RESET, [target.number])

    def _refuse(self, number: int, refused: RpcError) -> None:
        response = ListenResponse()
        response.target_change.target_change_type = REMOVE
        response.target_change.target_ids.append(number)
        response.target_change.cause.code = refused.code.value[0]
        response.target_change.cause.message = str(refused)
        self.responses.put_nowait(response)

    def remove(self, number: int) -> None:
        """Ends a target."""
        self._targets.pop(number, None)
        self._tell(REMOVE, [number])

    def _watch(self, database: Database) -> None:
        if database not in self._watched:
            self._watched.add(database)
            database.watchers.add(self._on_commit)

    def _on_commit(self, changes: Changes, at: int) -> None:
        for target in self._targets.values():
            if target.concerns(changes):
                for response in target.advance(at):
                    self.responses.put_nowait(response)
        self._tell(NO_CHANGE, [], at)

    def _tell(self, kind: int, numbers: Sequence[int], at: int = 0) -> None:
        response = ListenResponse()
        response.target_change.target_change_type = kind
        response.target_change.target_ids.extend(numbers)
        if at:
            response.target_change.read_time.CopyFrom(timestamp(at))
            response.target_change.resume_token = struct.pack(">Q", at)
        self.responses.put_nowait(response)

    def close(self) -> None:
        """Stops watching."""
        for database in self._watched:
            database.watchers.discard(self._on_commit)


def _instant(token: bytes) -> int:
    if len(token) != 8:
        raise InvalidArgument("The resume token is not valid.")
    instant: int = struct.unpack(">Q", token)[0]
    return instant
