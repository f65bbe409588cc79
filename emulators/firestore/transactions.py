"""Transactions: optimistic and serialisable.

All reads of a transaction see one snapshot, the latest at which everything it read before is
still true. It commits if all it read still holds, the results of queries included; else it is
ABORTED.

So that everybody gets through in the few attempts that clients make, there is a line, by age; an
attempt that names the aborted one before it keeps that one's place. Whoever tries again, or reads
a document over which there was a conflict just now, is an elder: for up to a second the younger
neither read the documents it reads, nor does anybody overwrite them.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import struct
from collections.abc import Collection, Iterable

from google.protobuf.message import Message

from emulators.firestore.database import Database
from emulators.firestore.protos import nanoseconds
from emulators.firestore.transaction import Line, Transaction, signature
from emulators.firestore.write_rules import target
from emulators.rpc.clock import NANOSECONDS, Clock
from emulators.rpc.errors import Aborted, InvalidArgument

PATIENCE = 1.0  # seconds a commit waits for its elders
CONTENDED, MOST_CONTENDED = 1 * NANOSECONDS, 1000  # how long a conflict is remembered, how many
IDLE, LONGEST = 60 * NANOSECONDS, 270 * NANOSECONDS
CONTENTION = (
    "Aborted due to cross-transaction contention. This occurs when multiple transactions attempt "
    "to access the same data, requiring Firestore to abort at least one in order to enforce "
    "serializability."
)
YOUNGEST: Line = (math.inf, math.inf)
EXPIRED = "The referenced transaction has expired or is no longer valid."


class Transactions:
    """Those of one database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._run = os.urandom(8)
        self._begun = 0
        self._open: dict[bytes, Transaction] = {}
        self._elders: dict[bytes, Transaction] = {}
        self._contended: dict[str, int] = {}

    def begin(self, options: Message) -> bytes:
        """The id of a new transaction. Raises InvalidArgument or FailedPrecondition."""
        self._begun += 1
        now = self._clock.now()
        self._end_forgotten(now)
        transaction = Transaction((self._begun, self._begun), now, used=now)
        if options.WhichOneof("mode") == "read_only":
            transaction.read_only = True
            chosen = options.read_only.HasField("read_time")
            transaction.snapshot = (
                self._database.check_time(nanoseconds(options.read_only.read_time))
                if chosen
                else self._database.read_time()
            )
        elif options.read_write.retry_transaction:
            transaction.line = (self._number(options.read_write.retry_transaction), self._begun)
        name = self._run + struct.pack(">Q", self._begun)
        self._open[name] = transaction
        if options.read_write.retry_transaction:
            self._elders[name] = transaction
        return name

    def _end_forgotten(self, now: int) -> None:
        """Closes transactions that nobody will commit any more; the oldest come first."""
        while self._open:
            oldest = next(iter(self._open))
            if now <= self._open[oldest].began + LONGEST:
                return
            self._end(oldest)

    def _number(self, name: bytes) -> int:
        """When, among all transactions there ever were, one was begun. Raises InvalidArgument."""
        if len(name) != 16 or not name.startswith(self._run):
            raise InvalidArgument("Invalid transaction.")
        number: int = struct.unpack(">Q", name[8:])[0]
        return number

    def find(self, name: bytes) -> Transaction:
        """An open transaction. Raises InvalidArgument when it is over or too old."""
        transaction = self._open.get(name)
        now = self._clock.now()
        if transaction and (now > transaction.began + LONGEST or now > transaction.used + IDLE):
            self._end(name)
            transaction = None
        if not transaction:
            raise InvalidArgument(EXPIRED)
        transaction.used = now
        return transaction

    def end(self, name: bytes) -> Transaction:
        """Closes an open transaction. Raises InvalidArgument when there is none."""
        transaction = self.find(name)
        self._end(name)
        return transaction

    def _end(self, name: bytes) -> None:
        self._elders.pop(name, None)
        self._open.pop(name).over.set()

    def roll_back(self, name: bytes) -> None:
        """Closes a transaction; one that is over already is no error."""
        self._number(name)
        if name in self._open:
            self._end(name)

    def snapshot(self, transaction: Transaction) -> int:
        """The time at which a transaction's next read takes place."""
        if transaction.read_only and transaction.snapshot is not None:
            return transaction.snapshot
        if transaction.snapshot is None or self.holds(transaction):
            transaction.snapshot = self._database.read_time()
        return transaction.snapshot

    def holds(self, transaction: Transaction) -> bool:
        """Whether all it read is still so."""
        if transaction.snapshot is None:
            return True
        changed = self._database.changed_since(transaction.snapshot)
        if not changed:
            return True
        return all(
            self._database.get(name) is read for name, read in transaction.documents.items()
        ) and all(
            signature(query.run()) == query.result
            for query in transaction.queries
            if any(query.covers(path) for path in changed)
        )

    async def wait_to_read(self, name: bytes, names: Collection[str]) -> None:
        """Waits while an elder that has read these documents may write them."""
        transaction = self.find(name)
        if transaction.read_only:
            return
        if any(self._contended.get(read, 0) > self._clock.now() for read in names):
            self._elders[name] = transaction
        if self._elders:
            if name in self._elders:
                transaction.claimed.update(names)
            await self._wait_for_elders(names, transaction.line)

    async def wait_to_write(self, writes: Iterable[Message], line: Line = YOUNGEST) -> None:
        """Waits while an elder's reads would be overwritten by a commit of this age."""
        if self._elders:
            await self._wait_for_elders({target(write) for write in writes}, line)

    async def _wait_for_elders(self, names: Collection[str], line: Line) -> None:
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while elder := self._elder(names, line):
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(elder.over.wait(), left)

    def _elder(self, names: Collection[str], line: Line) -> Transaction | None:
        return next(
            (
                elder
                for elder in self._elders.values()
                if elder.line < line and elder.has_read(names)
            ),
            None,
        )

    def check(self, transaction: Transaction) -> None:
        """Raises Aborted when a transaction cannot commit."""
        if self.holds(transaction):
            return
        now = self._clock.now()
        if len(self._contended) > MOST_CONTENDED:
            self._contended = {name: at for name, at in self._contended.items() if at > now}
        self._contended.update(dict.fromkeys(transaction.documents, now + CONTENDED))
        raise Aborted(CONTENTION)
