"""Reads of one moment: read-only transactions, and reads as of a time."""

from __future__ import annotations

import pytest
from google.api_core.exceptions import InvalidArgument
from google.cloud.firestore import Client

from tests.conformance.firestore.test_transactions import begun


def test_a_read_only_transaction_reads_one_moment(db: Client) -> None:
    db.document("a/1").set({"n": 1})
    transaction = begun(db, read_only=True)
    (first,) = transaction.get_all([db.document("a/1")])
    db.document("a/1").set({"n": 2})
    (second,) = transaction.get_all([db.document("a/1")])
    assert (first.get("n"), second.get("n")) == (1, 1)
    transaction._rollback()


def test_a_read_only_transaction_queries_one_moment(db: Client) -> None:
    db.document("a/1").set({"n": 1})
    transaction = begun(db, read_only=True)
    query = db.collection("a").order_by("n")
    first = [each.id for each in transaction.get(query)]
    db.document("a/2").set({"n": 2})
    assert [each.id for each in transaction.get(query)] == first == ["1"]
    transaction._rollback()


def test_a_read_only_transaction_may_not_write(db: Client) -> None:
    transaction = begun(db, read_only=True)
    write = {"update": {"name": db.document("a/1")._document_path}}
    request = {
        "database": db._database_string,
        "writes": [write],
        "transaction": transaction.id,
    }
    with pytest.raises(InvalidArgument):
        db._firestore_api.commit(request=request)
    assert not db.document("a/1").get().exists


def test_a_document_is_read_as_it_was(db: Client) -> None:
    then = db.document("a/1").set({"n": 1}).update_time
    db.document("a/1").set({"n": 2})
    assert db.document("a/1").get(read_time=then).get("n") == 1


def test_a_query_runs_as_of_a_time(db: Client) -> None:
    db.document("a/1").set({"n": 1})
    then = db.document("a/2").set({"n": 2}).update_time
    db.document("a/1").delete()
    db.document("a/3").set({"n": 3})
    assert [each.id for each in db.collection("a").stream(read_time=then)] == ["1", "2"]
