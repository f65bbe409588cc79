"""Transactions that meet: everybody gets through, and nobody reads what never was."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from google.api_core.exceptions import Aborted
from google.cloud import firestore
from google.cloud.firestore import Client

from tests.emulators.test_firestore.conftest import Emulator


def test_everybody_gets_through_in_the_attempts_a_client_makes(emulator: Emulator) -> None:
    def increment(_: int) -> None:
        db = emulator.client()
        for _ in range(5):
            add_one(db.transaction(), db.document("counters/hot"))

    @firestore.transactional
    def add_one(transaction: firestore.Transaction, counter: firestore.DocumentReference) -> None:
        count = counter.get(transaction=transaction).to_dict() or {"n": 0}
        transaction.set(counter, {"n": count["n"] + 1})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(increment, range(8)))
    assert emulator.client().document("counters/hot").get().get("n") == 40


def test_a_plain_write_waits_for_a_transaction_that_is_tried_again(db: Client) -> None:
    hot = db.document("a/hot")
    hot.set({"n": 0})
    first, again = db.transaction(), db.transaction()
    first._begin()
    again._begin(retry_id=first.id)
    read = hot.get(transaction=again).get("n")
    with ThreadPoolExecutor() as pool:
        plain = pool.submit(hot.set, {"n": 100})
        again.update(hot, {"n": read + 1})
        again._commit()
        plain.result()
    assert hot.get().get("n") == 100


def test_a_write_does_not_wait_forever_for_a_transaction_that_was_left_alone(db: Client) -> None:
    hot = db.document("a/hot")
    hot.set({"n": 0})
    first, left = db.transaction(), db.transaction()
    first._begin()
    left._begin(retry_id=first.id)
    hot.get(transaction=left)
    hot.set({"n": 1})
    left.update(hot, {"n": 2})
    with pytest.raises(Aborted):
        left._commit()


def test_all_reads_of_a_transaction_are_of_one_moment(db: Client) -> None:
    a, b = db.document("a/1"), db.document("a/2")
    a.set({"n": 1})
    b.set({"n": 1})
    transaction = db.transaction()
    transaction._begin()
    assert a.get(transaction=transaction).get("n") == 1
    batch = db.batch()
    batch.set(a, {"n": 2})
    batch.set(b, {"n": 2})
    batch.commit()
    assert b.get(transaction=transaction).get("n") == 1
    transaction.set(db.document("a/3"), {})
    with pytest.raises(Aborted):
        transaction._commit()


def test_a_change_before_the_first_read_of_a_document_is_no_conflict(db: Client) -> None:
    a, b = db.document("a/1"), db.document("a/2")
    a.set({"n": 1})
    b.set({"n": 1})
    transaction = db.transaction()
    transaction._begin()
    a.get(transaction=transaction)
    b.set({"n": 2})
    assert b.get(transaction=transaction).get("n") == 2
    transaction.set(a, {"n": 3})
    transaction._commit()
    assert a.get().get("n") == 3


def test_a_read_only_transaction_sees_the_moment_it_began(db: Client) -> None:
    a = db.document("a/1")
    a.set({"n": 1})
    transaction = db.transaction(read_only=True)
    transaction._begin()
    a.set({"n": 2})
    assert a.get(transaction=transaction).get("n") == 1
    assert [one.get("n") for one in db.collection("a").stream(transaction=transaction)] == [1]
