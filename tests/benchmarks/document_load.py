"""What Firestore is asked to do, through the official client."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from google.cloud import firestore

from tests.benchmarks.emulator_pair import firestore_client

DOCUMENTS = 1000
GROUPS = 10  # of equal size: a query for one of them finds 100
BATCH = 10
THREADS, INCREMENTS = 4, 5
PATIENCE = 1000  # attempts of a contended transaction
Operation = Callable[[], float]  # does something and returns how long it took, ms


class Documents:
    """A collection of 1,000 documents in one database, and operations on it."""

    def __init__(self, address: str) -> None:
        self._db = firestore_client(address)
        self._collection = self._db.collection("bookings")
        self._number = 0
        for first in range(0, DOCUMENTS, 100):
            self._commit(range(first, first + 100))

    @property
    def operations(self) -> dict[str, Operation]:
        """What there is to do, by name; each takes the next documents."""
        operations = {
            "get": self._get,
            "set": self._set,
            f"commit of {BATCH}": self._commit_next,
            "transaction": self._transaction,
            f"query, {DOCUMENTS // GROUPS} of {DOCUMENTS:,}": self._query,
        }
        return {name: partial(_timed, operation) for name, operation in operations.items()}

    def contend(self) -> float:
        """Milliseconds that 20 increments of one document by 4 threads take.

        Raises RuntimeError when an increment is lost.
        """
        counter = self._db.document("counters/contended")
        counter.set({"n": 0})

        def increment_all(_: int) -> None:
            for _ in range(INCREMENTS):
                _increment(self._db.transaction(max_attempts=PATIENCE), counter)

        began = time.perf_counter()
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(increment_all, range(THREADS)))
        taken = (time.perf_counter() - began) * 1000
        if (counted := counter.get().get("n")) != THREADS * INCREMENTS:
            raise RuntimeError(f"{counted} of {THREADS * INCREMENTS} increments are left")
        return taken

    def _next(self) -> int:
        self._number = (self._number + 1) % DOCUMENTS
        return self._number

    def _get(self) -> None:
        self._collection.document(f"b{self._next()}").get()

    def _set(self) -> None:
        number = self._next()
        self._collection.document(f"b{number}").set(_booking(number))

    def _commit_next(self) -> None:
        first = self._next() // BATCH * BATCH
        self._commit(range(first, first + BATCH))

    def _commit(self, numbers: range) -> None:
        batch = self._db.batch()
        for number in numbers:
            batch.set(self._collection.document(f"b{number}"), _booking(number))
        batch.commit()

    def _transaction(self) -> None:
        _increment(self._db.transaction(), self._db.document(f"counters/{self._next() % 10}"))

    def _query(self) -> None:
        of_group = firestore.FieldFilter("group", "==", self._next() % GROUPS)
        found = list(self._collection.where(filter=of_group).order_by("n").stream())
        if len(found) != DOCUMENTS // GROUPS:
            raise RuntimeError(f"the query found {len(found)}")


def _timed(operation: Callable[[], None]) -> float:
    began = time.perf_counter()
    operation()
    return (time.perf_counter() - began) * 1000


def _booking(number: int) -> dict[str, object]:
    """A document of about 200 bytes."""
    return {
        "n": number,
        "group": number % GROUPS,
        "status": "confirmed",
        "note": "x" * 100,
        "guest": {"name": "Ada", "seats": 2},
    }


@firestore.transactional
def _increment(transaction: firestore.Transaction, counter: firestore.DocumentReference) -> None:
    """Reads a document, then writes it."""
    seen = counter.get(transaction=transaction)
    transaction.set(counter, {"n": (seen.get("n") if seen.exists else 0) + 1})
