"""Transactions of one client: what they read, write and undo."""

from __future__ import annotations

import pytest
from google.api_core.exceptions import Aborted, InvalidArgument, NotFound
from google.cloud.firestore import Client, FieldFilter, Increment, transactional


def begun(db: Client, **options: object):
    transaction = db.transaction(**options)
    transaction._begin()
    return transaction


def test_a_transaction_reads_and_writes(db: Client) -> None:
    db.document("a/1").set({"n": 1})

    @transactional
    def add(transaction) -> int:
        value = db.document("a/1").get(transaction=transaction).get("n")
        transaction.update(db.document("a/1"), {"n": value + 1})
        return value

    assert add(db.transaction()) == 1
    assert db.document("a/1").get().get("n") == 2


def test_writes_of_a_transaction_show_only_at_its_commit(db: Client) -> None:
    transaction = begun(db)
    transaction.set(db.document("a/1"), {"n": 1})
    assert not db.document("a/1").get().exists
    transaction._commit()
    assert db.document("a/1").get().exists


def test_a_rolled_back_transaction_writes_nothing(db: Client) -> None:
    transaction = begun(db)
    transaction.set(db.document("a/1"), {"n": 1})
    transaction._rollback()
    assert not db.document("a/1").get().exists


def test_an_exception_rolls_the_transaction_back(db: Client) -> None:
    @transactional
    def fail(transaction) -> None:
        transaction.set(db.document("a/1"), {"n": 1})
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail(db.transaction())
    assert not db.document("a/1").get().exists


def test_all_documents_of_a_transaction_have_one_update_time(db: Client) -> None:
    transaction = begun(db)
    for n in range(3):
        transaction.set(db.document(f"a/{n}"), {"n": n})
    transaction._commit()
    assert len({each.update_time for each in db.collection("a").stream()}) == 1


def test_a_failing_write_undoes_the_transaction(db: Client) -> None:
    transaction = begun(db)
    transaction.set(db.document("a/1"), {"n": 1})
    transaction.update(db.document("a/none"), {"n": 1})
    with pytest.raises(NotFound):
        transaction._commit()
    assert not db.document("a/1").get().exists


def test_a_transaction_cannot_be_committed_twice(db: Client) -> None:
    transaction = begun(db)
    request = {"database": db._database_string, "transaction": transaction.id}
    db._firestore_api.commit(request=request)
    with pytest.raises(InvalidArgument):
        db._firestore_api.commit(request=request)


def test_a_rolled_back_transaction_cannot_be_committed(db: Client) -> None:
    transaction = begun(db)
    request = {"database": db._database_string, "transaction": transaction.id}
    db._firestore_api.rollback(request=request)
    with pytest.raises(InvalidArgument):
        db._firestore_api.commit(request=request)


def test_reading_in_an_unknown_transaction_is_refused(db: Client) -> None:
    request = {"name": db.document("a/1")._document_path, "transaction": b"unknown"}
    with pytest.raises(InvalidArgument):
        db._firestore_api.get_document(request=request)


def test_a_transaction_queries(db: Client) -> None:
    for n in range(3):
        db.document(f"a/{n}").set({"n": n})

    @transactional
    def clear(transaction) -> None:
        query = db.collection("a").where(filter=FieldFilter("n", ">", 0))
        for snapshot in list(query.stream(transaction=transaction)):
            transaction.delete(snapshot.reference)

    clear(db.transaction())
    assert [each.id for each in db.collection("a").stream()] == ["0"]


def test_a_transaction_increments(db: Client) -> None:
    db.document("a/1").set({"n": 1})
    transaction = begun(db)
    transaction.update(db.document("a/1"), {"n": Increment(4)})
    transaction._commit()
    assert db.document("a/1").get().get("n") == 5


def test_a_read_may_begin_a_transaction(db: Client) -> None:
    answers = list(
        db._firestore_api.batch_get_documents(
            request={
                "database": db._database_string,
                "documents": [db.document("a/1")._document_path],
                "new_transaction": {"read_write": {}},
            }
        )
    )
    transaction = next(each.transaction for each in answers if each.transaction)
    write = {"update": {"name": db.document("a/1")._document_path}}
    request = {"database": db._database_string, "transaction": transaction, "writes": [write]}
    db._firestore_api.commit(request=request)
    assert db.document("a/1").get().exists


def test_what_a_transaction_read_may_not_change_before_its_commit(db: Client) -> None:
    """Either the other writer waits and fails, or the transaction is aborted: no lost update."""
    db.document("a/1").set({"n": 1})
    transaction = begun(db)
    (read,) = transaction.get_all([db.document("a/1")])
    outcomes = []
    try:
        db.document("a/1").set({"n": 10}, timeout=1, retry=None)
        outcomes.append("other")
    except Exception:  # noqa: BLE001 - Aborted or DeadlineExceeded, by the kind of locking
        pass
    transaction.update(db.document("a/1"), {"n": read.get("n") + 1})
    try:
        transaction._commit()
        outcomes.append("transaction")
    except Aborted:
        pass
    assert len(outcomes) == 1


def test_a_retried_transaction_names_the_one_it_follows(db: Client) -> None:
    first = begun(db)
    identity = first.id
    first._rollback()
    answer = db._firestore_api.begin_transaction(
        request={
            "database": db._database_string,
            "options": {"read_write": {"retry_transaction": identity}},
        }
    )
    assert answer.transaction
