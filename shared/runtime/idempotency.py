"""Idempotency-Key: a creating request runs once, however often it is sent.

A lease record is made with an existence guard, so the common case costs one write and no read.
The finished answer replaces the lease in the commit of the state itself, guarded by the lease's
own version: whoever lost the lease cannot commit. A crash leaves a lease that lapses after five
seconds; then the next attempt takes over and, since ids derive from the key and the lease's first
start, makes the same resource. (IETF draft-ietf-httpapi-idempotency-key-header.)
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from shared.cloud import firestore
from shared.contracts.base import Record, now
from shared.runtime.context import current
from shared.runtime.problems import Problem
from shared.runtime.replies import Reply
from shared.runtime.store import Store, answering, dump
from shared.runtime.telemetry import log
from shared.runtime.work import Seed, Work

LEASE = timedelta(seconds=5)
KEEP = timedelta(hours=24)
LONGEST_KEY = 255


class StoredRequest(Record):
    """A request by its key: running until `lease_until`, or done with the answer it got."""

    collection: ClassVar[str] = "idempotency"

    payload_hash: str
    started_at: datetime
    lease_until: datetime
    expires_at: datetime
    done: bool = False
    status: int = 0
    body: bytes | None = None
    headers: dict[str, str] = {}


@dataclass(frozen=True)
class Lease:
    """The right to run a request, as long as its record is at `update_time`."""

    record: StoredRequest
    update_time: datetime

    @property
    def seed(self) -> Seed:
        return Seed(self.record.started_at, self.record.id)

    def complete(self, work: Work, reply: Reply, *, keep_body: bool) -> None:
        """Puts the answer into `work`, so that it is stored if and only if the state is."""
        done = self.record.model_copy(
            update={
                "done": True,
                "status": reply.status,
                "headers": reply.headers,
                "body": reply.body if keep_body else None,
            }
        )
        work.expect(self.record, self.update_time)
        work.put(done)

    def check_held(self, store: Store) -> None:
        """Raises 409 if another attempt has taken over: the answer will be its answer."""
        _, update_time = store.find_versioned(StoredRequest, self.record.id)
        if update_time != self.update_time:
            raise _in_progress()

    def release(self, store: Store) -> None:
        """Gives a failed request's key back; if that fails too, the lease lapses by itself."""
        path = store.path(StoredRequest, self.record.id)
        write = firestore.guard(firestore.delete_write(path), self.update_time)
        try:
            firestore.commit([write], current().remaining(2))
        except (firestore.Contention, firestore.StoreUnavailable) as lost:
            log("WARNING", "a lease was left to lapse", reason=str(lost))


def acquire(store: Store, route: str, key: str, payload: bytes) -> Lease | Reply:
    """The lease to run this request, or the answer it already got.

    Raises 409 while another attempt holds the lease, 422 if the key was used for another body.
    """
    if len(key) > LONGEST_KEY:
        raise Problem("invalid-request", "An Idempotency-Key has at most 255 characters.")
    fresh = _fresh(f"{route} {key}", hashlib.sha256(payload).hexdigest())
    try:
        return _write(store, fresh, None)
    except firestore.Contention:
        known, update_time = store.find_versioned(StoredRequest, fresh.id)
    if known is None or known.expires_at < now():
        return _take(store, fresh, update_time)
    if known.payload_hash != fresh.payload_hash:
        raise Problem("idempotency-key-reused", "Use a new key for a new request.")
    if known.done:
        return _replay(known)
    if known.lease_until > now():
        raise _in_progress()
    taken = known.model_copy(update={"lease_until": fresh.lease_until})
    return _take(store, taken, update_time)


def _fresh(name: str, payload_hash: str) -> StoredRequest:
    moment = now()
    return StoredRequest(
        id=hashlib.sha256(name.encode()).hexdigest()[:40],
        payload_hash=payload_hash,
        started_at=moment,
        lease_until=moment + LEASE,
        expires_at=moment + KEEP,
    )


def _write(store: Store, record: StoredRequest, seen: datetime | None) -> Lease:
    write = firestore.set_write(store.path(StoredRequest, record.id), dump(record))
    with answering():
        committed = firestore.commit([firestore.guard(write, seen)], current().remaining(10))
    return Lease(record, committed)


def _take(store: Store, record: StoredRequest, seen: datetime | None) -> Lease:
    try:
        return _write(store, record, seen)
    except firestore.Contention as lost:
        raise _in_progress() from lost


def _in_progress() -> Problem:
    return Problem("request-in-progress", "Wait and send it again.", headers={"Retry-After": "1"})


def _replay(known: StoredRequest) -> Reply:
    if known.body is None:
        raise Problem("conflict", "This was done already; its secret is shown only once.")
    reply = Reply(known.body or b"", known.status, known.headers)
    return replace(reply, headers={**known.headers, "Idempotent-Replayed": "true"})
