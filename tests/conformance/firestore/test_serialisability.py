"""Transactions of several clients at once come out as if one ran after the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from google.cloud.firestore import Client, FieldFilter, transactional

ATTEMPTS = 40


def at_once(*steps: Callable[[], object]) -> list[object]:
    """Runs the steps in as many threads; their results."""
    with ThreadPoolExecutor(len(steps)) as pool:
        return [future.result() for future in [pool.submit(step) for step in steps]]


def test_no_update_is_lost(db: Client) -> None:
    counter = db.document("a/counter")
    counter.set({"n": 0})

    @transactional
    def add(transaction) -> None:
        value = counter.get(transaction=transaction).get("n")
        transaction.update(counter, {"n": value + 1})

    def add_twice() -> None:
        for _ in range(2):
            add(db.transaction(max_attempts=ATTEMPTS))

    at_once(add_twice, add_twice)
    assert counter.get().get("n") == 4


def test_two_documents_do_not_skew(db: Client) -> None:
    """Each of two doctors goes off call only while the other is on: one must stay."""
    for name in ("ann", "bob"):
        db.document(f"doctors/{name}").set({"on_call": True})

    def leave(name: str) -> Callable[[], bool]:
        @transactional
        def leave_if_covered(transaction) -> bool:
            everyone = list(
                transaction.get_all([db.document("doctors/ann"), db.document("doctors/bob")])
            )
            covered = sum(each.get("on_call") for each in everyone) > 1
            if covered:
                transaction.update(db.document(f"doctors/{name}"), {"on_call": False})
            return covered

        return lambda: leave_if_covered(db.transaction(max_attempts=ATTEMPTS))

    assert sorted(at_once(leave("ann"), leave("bob"))) == [False, True]
    on_call = db.collection("doctors").where(filter=FieldFilter("on_call", "==", True))
    assert on_call.count().get()[0][0].value == 1


def test_no_phantom_appears(db: Client) -> None:
    """Two book the only room after finding no booking: one must see the other's."""

    def book(guest: str) -> Callable[[], bool]:
        @transactional
        def book_if_free(transaction) -> bool:
            taken = db.collection("bookings").where(filter=FieldFilter("room", "==", 7))
            free = not list(taken.stream(transaction=transaction))
            if free:
                transaction.set(db.document(f"bookings/{guest}"), {"room": 7})
            return free

        return lambda: book_if_free(db.transaction(max_attempts=ATTEMPTS))

    assert sorted(at_once(book("ann"), book("bob"))) == [False, True]
    assert db.collection("bookings").count().get()[0][0].value == 1


def test_a_document_is_created_once(db: Client) -> None:
    def create() -> bool:
        try:
            db.document("a/1").create({})
        except Exception:  # noqa: BLE001 - AlreadyExists, or Aborted under contention
            return False
        return True

    assert sum(map(bool, at_once(*[create] * 4))) == 1


def test_transactions_on_different_documents_do_not_disturb_each_other(db: Client) -> None:
    def add_to(name: str) -> Callable[[], None]:
        @transactional
        def add(transaction) -> None:
            snapshot = db.document(f"a/{name}").get(transaction=transaction)
            value = snapshot.get("n") if snapshot.exists else 0
            transaction.set(db.document(f"a/{name}"), {"n": value + 1})

        return lambda: [add(db.transaction(max_attempts=1)) for _ in range(5)]

    at_once(add_to("x"), add_to("y"))
    assert [each.get("n") for each in db.collection("a").stream()] == [5, 5]
