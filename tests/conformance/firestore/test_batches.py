"""Batches that are atomic, bulk writes that are not, and limits of both."""

from __future__ import annotations

import pytest
from google.api_core.exceptions import InvalidArgument
from google.cloud.firestore import SERVER_TIMESTAMP, Client
from google.cloud.firestore_v1.bulk_writer import BulkWriterOptions

from tests.conformance.differences import differs

CODE_OK, CODE_NOT_FOUND, CODE_ALREADY_EXISTS = 0, 5, 6
MEBIBYTE = 1024 * 1024


def test_a_batch_writes_all(db: Client) -> None:
    db.document("a/old").set({"x": 1})
    batch = db.batch()
    batch.set(db.document("a/set"), {"x": 1})
    batch.create(db.document("a/created"), {"x": 2})
    batch.update(db.document("a/old"), {"y": 1})
    batch.commit()
    found = {each.id: each.to_dict() for each in db.collection("a").stream()}
    assert found == {"set": {"x": 1}, "created": {"x": 2}, "old": {"x": 1, "y": 1}}


def test_a_batch_answers_once_for_each_write(db: Client) -> None:
    batch = db.batch()
    for n in range(3):
        batch.set(db.document(f"a/{n}"), {"n": n})
    batch.delete(db.document("a/9"))
    assert len(batch.commit()) == 4


def test_later_writes_of_a_batch_win(db: Client) -> None:
    batch = db.batch()
    batch.set(db.document("a/1"), {"x": 1})
    batch.set(db.document("a/1"), {"x": 2})
    batch.commit()
    assert db.document("a/1").get().to_dict() == {"x": 2}


def test_a_batch_may_delete_what_it_made(db: Client) -> None:
    batch = db.batch()
    batch.set(db.document("a/1"), {"x": 1})
    batch.delete(db.document("a/1"))
    batch.commit()
    assert not db.document("a/1").get().exists


def test_writes_of_a_batch_that_cancel_out_change_nothing(db: Client) -> None:
    made = db.document("a/1").set({"x": 1}).update_time
    batch = db.batch()
    batch.set(db.document("a/1"), {"x": 2})
    batch.set(db.document("a/1"), {"x": 1})
    assert [each.update_time for each in batch.commit()] == [made, made]
    assert db.document("a/1").get().update_time == made


def test_every_write_of_a_document_answers_with_its_last_version(db: Client) -> None:
    db.document("a/1").set({"x": 1})
    batch = db.batch()
    batch.delete(db.document("a/1"))
    batch.set(db.document("a/1"), {"x": 1})
    assert [each.update_time for each in batch.commit()] == [batch.commit_time] * 2


def test_an_empty_commit_succeeds(db: Client) -> None:
    answer = db._firestore_api.commit(request={"database": db._database_string})
    assert list(answer.write_results) == []


def test_a_batch_of_more_than_500_writes_is_taken(db: Client) -> None:
    batch = db.batch()
    for n in range(501):
        batch.set(db.document(f"a/{n}"), {"n": n})
    batch.commit()
    assert db.collection("a").count().get()[0][0].value == 501


def test_a_bulk_writer_writes_all(db: Client) -> None:
    writer = db.bulk_writer(BulkWriterOptions(initial_ops_per_second=500))
    for n in range(60):
        writer.set(db.document(f"a/{n}"), {"n": n, "t": SERVER_TIMESTAMP})
    writer.close()
    assert db.collection("a").count().get()[0][0].value == 60


def batch_write(db: Client, *writes: dict):
    request = {"database": db._database_string, "writes": list(writes)}
    return db._firestore_api.batch_write(request=request, metadata=db._rpc_metadata)


def test_a_bulk_write_fails_write_by_write(db: Client) -> None:
    db.document("a/old").set({"x": 1})
    name = db.collection("a").document
    answer = batch_write(
        db,
        {"update": {"name": name("new")._document_path}},
        {"update": {"name": name("old")._document_path}, "current_document": {"exists": False}},
        {"update": {"name": name("none")._document_path}, "current_document": {"exists": True}},
    )
    codes = [each.code for each in answer.status]
    assert codes == [CODE_OK, CODE_ALREADY_EXISTS, CODE_NOT_FOUND]
    assert [each.id for each in db.collection("a").stream()] == ["new", "old"]


def test_a_bulk_write_may_not_write_a_document_twice(db: Client) -> None:
    write = {"update": {"name": db.document("a/1")._document_path}}
    with pytest.raises(InvalidArgument):
        batch_write(db, write, write)


def test_a_document_of_nearly_a_mebibyte_is_stored(db: Client) -> None:
    db.document("a/1").set({"v": "x" * (MEBIBYTE - 200)})
    assert len(db.document("a/1").get().get("v")) == MEBIBYTE - 200


def test_a_document_over_a_mebibyte_is_refused(db: Client) -> None:
    with pytest.raises(InvalidArgument):
        db.document("a/1").set({"v": b"x" * MEBIBYTE})
    assert not db.document("a/1").get().exists


def test_a_document_grown_over_a_mebibyte_is_refused(db: Client) -> None:
    db.document("a/1").set({"v": "x" * 600_000})
    with pytest.raises(InvalidArgument):
        db.document("a/1").update({"w": "x" * 600_000})


def big_batch(db: Client, megabytes: int):
    batch = db.batch()
    for n in range(megabytes):
        batch.set(db.document(f"a/{n}"), {"v": b"x" * 1_000_000})
    return batch


@differs(
    "google",
    "Refuses a commit of over 4 MiB.",
    "cloud.google.com/firestore/quotas: 10 MiB a request",
)
def test_a_commit_of_under_ten_mebibytes_is_taken(db: Client) -> None:
    assert len(big_batch(db, 10).commit(retry=None)) == 10


@differs(
    "google",
    "Answers RESOURCE_EXHAUSTED, which clients retry.",
    "cloud.google.com/firestore/quotas",
)
def test_a_commit_of_over_ten_mebibytes_is_refused(db: Client) -> None:
    with pytest.raises(InvalidArgument):
        big_batch(db, 11).commit(retry=None)
    assert not db.document("a/0").get().exists
