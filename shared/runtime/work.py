"""The unit of work: what a handler reads and changes, committed once, all or nothing.

Each record read is remembered with its update time, and the one commit carries a guard for it:
if anybody changed it in between, nothing is written and the handler runs again on what is there
now. So handlers decide on consistent state, hold no lock while they think, and cost one round
trip to commit. State, events (the outbox), the inbox entry of an event and the stored answer of
an idempotent request travel in that same commit; no crash can separate them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from shared.cloud import firestore
from shared.contracts.base import Event, Record, new_id
from shared.runtime import outbox
from shared.runtime.context import current
from shared.runtime.files import Files
from shared.runtime.problems import Problem, not_found
from shared.runtime.store import Store, answering, dump, noun

if TYPE_CHECKING:
    from google.cloud.firestore_v1.types import Write

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Seed:
    """Where ids come from: one start time and one key always give the same sequence of ids."""

    at: datetime
    key: str


@dataclass
class _Seen:
    record: Record | None
    update_time: datetime | None


class Work:
    """One attempt of a handler. Nothing is written before `commit`.

    Reads show what is stored, not what this work is about to write. `again` says that an earlier
    attempt lost to somebody else's commit.
    """

    def __init__(
        self,
        tenant: str,
        seed: Seed | None = None,
        if_match: str | None = None,
        *,
        again: bool = False,
    ) -> None:
        self.store = Store(tenant)
        self.files = Files(tenant)
        self._seed = seed
        self._if_match = if_match
        self._again = again
        self._ids = 0
        self._seen: dict[str, _Seen] = {}
        self._writes: dict[str, Callable[[], Write]] = {}
        self._events: list[outbox.Outgoing] = []

    @property
    def tenant(self) -> str:
        return self.store.tenant

    def new_id(self, prefix: str) -> str:
        """A new id; the same one when the same Idempotency-Key runs this again after a crash."""
        if self._seed is None:
            return new_id(prefix)
        self._ids += 1
        entropy = hashlib.sha256(f"{self.tenant}/{self._seed.key}/{self._ids}".encode()).digest()
        return new_id(prefix, self._seed.at, entropy)

    def find(self, kind: type[R], record_id: str) -> R | None:
        """The record or None; either way it must still be so when this work commits."""
        path = self.store.path(kind, record_id)
        if path not in self._seen:
            self._seen[path] = _Seen(*self.store.find_versioned(kind, record_id))
        record = self._seen[path].record
        return record.model_copy(deep=True) if isinstance(record, kind) else None

    def get(self, kind: type[R], record_id: str, default: R | None = None) -> R:
        """The record, else the default, else 404."""
        record = self.find(kind, record_id) or default
        if record is None:
            raise not_found(noun(kind))
        return record

    def edit(self, kind: type[R], record_id: str, default: R | None = None) -> R:
        """`get` for a request that changes the record: 412 if its If-Match names another one."""
        record = self.get(kind, record_id, default)
        if self._if_match not in (None, "*", etag(record)):
            raise Problem("revision-mismatch", f"It is at revision {record.revision} now.")
        return record

    def put(self, record: R) -> R:
        """Writes the record whole, one revision up, and returns it as it will be stored."""
        path = self.store.path(type(record), record.id)
        stored = record.model_copy(update={"revision": record.revision + 1})
        self._writes[path] = lambda: firestore.set_write(path, dump(stored))
        return stored

    def create(self, record: R) -> R:
        """`put` for an id that must not exist yet; 409 if it does.

        An id is nearly always new, so existence costs a read only after a lost attempt.
        """
        path = self.store.path(type(record), record.id)
        known = self.find(type(record), record.id) if self._again else None
        if known or (path in self._seen and self._seen[path].record):
            self._confirm()
            raise Problem("conflict", f"There is such a {noun(type(record))} already.")
        self._seen.setdefault(path, _Seen(None, None))
        return self.put(record)

    def delete(self, kind: type[Record], record_id: str) -> None:
        path = self.store.path(kind, record_id)
        self._writes[path] = lambda: firestore.delete_write(path)

    def expect(self, record: Record, update_time: datetime | None) -> None:
        """Guards a record that was read outside this work, at the version it had."""
        self._seen[self.store.path(type(record), record.id)] = _Seen(record, update_time)

    def publish(self, event: Event) -> None:
        """Puts an event on the bus if, and only if, this work commits."""
        self.forward(outbox.outgoing(current(), self.tenant, event))

    def forward(self, event: outbox.Outgoing) -> None:
        """`publish` for an event that has its envelope already."""
        self._events.append(event)

    def commit(self) -> None:
        """Writes everything or nothing, then relays the events.

        Raises Contention if something read has changed (run the handler again), 503 if the store
        gives no answer. An event that cannot be relayed now is swept later.
        """
        writes = [self._guarded(path, make()) for path, make in self._writes.items()]
        unchanged = [path for path in self._seen if path not in self._writes]
        if writes or self._events:
            writes += [self._guarded(path, self._verify(path)) for path in unchanged]
            writes += [outbox.write(event) for event in self._events]
            with answering():
                firestore.commit(writes, current().remaining(20))
        outbox.relay_now(self._events)

    def _confirm(self) -> None:
        """Raises Contention if what was read so far is out of date: no ground to refuse on."""
        checks = [self._guarded(path, self._verify(path)) for path in self._seen]
        with answering():
            firestore.commit(checks, current().remaining(10))

    def _guarded(self, path: str, write: Write) -> Write:
        seen = self._seen.get(path)
        return firestore.guard(write, seen.update_time) if seen else write

    def _verify(self, path: str) -> Write:
        present = self._seen[path].record is not None
        return firestore.verify_write(path) if present else firestore.delete_write(path)


def etag(record: Record) -> str:
    """The strong ETag of a record: its revision, quoted."""
    return f'"{record.revision}"'
