"""Preconditions of writes: that a document exists, or was last changed at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from google.api_core.exceptions import FailedPrecondition, InvalidArgument, NotFound
from google.cloud.firestore import Client


def test_an_update_goes_through_at_the_last_update_time(db: Client) -> None:
    made = db.document("a/1").set({"x": 1})
    option = db.write_option(last_update_time=made.update_time)
    db.document("a/1").update({"x": 2}, option)
    assert db.document("a/1").get().get("x") == 2


def test_an_update_is_refused_at_an_older_update_time(db: Client) -> None:
    made = db.document("a/1").set({"x": 1})
    db.document("a/1").set({"x": 2})
    with pytest.raises(FailedPrecondition):
        db.document("a/1").update({"x": 3}, db.write_option(last_update_time=made.update_time))
    assert db.document("a/1").get().get("x") == 2


def test_a_delete_is_refused_at_an_older_update_time(db: Client) -> None:
    made = db.document("a/1").set({"x": 1})
    db.document("a/1").set({"x": 2})
    with pytest.raises(FailedPrecondition):
        db.document("a/1").delete(db.write_option(last_update_time=made.update_time))
    assert db.document("a/1").get().exists


def test_an_update_time_in_the_future_is_refused(db: Client) -> None:
    db.document("a/1").set({"x": 1})
    later = datetime.now(UTC) + timedelta(hours=1)
    with pytest.raises(InvalidArgument):
        db.document("a/1").update({"x": 2}, db.write_option(last_update_time=later))


def test_an_update_time_of_a_missing_document_fails(db: Client) -> None:
    before = datetime.now(UTC) - timedelta(hours=1)
    with pytest.raises((FailedPrecondition, NotFound)):
        db.document("a/1").update({"x": 2}, db.write_option(last_update_time=before))


def test_a_delete_that_requires_the_document_fails_without_it(db: Client) -> None:
    with pytest.raises(NotFound):
        db.document("a/1").delete(db.write_option(exists=True))


def test_a_delete_that_requires_the_document_removes_it(db: Client) -> None:
    db.document("a/1").set({"x": 1})
    db.document("a/1").delete(db.write_option(exists=True))
    assert not db.document("a/1").get().exists


def test_a_failed_precondition_undoes_the_whole_batch(db: Client) -> None:
    batch = db.batch()
    batch.set(db.document("a/1"), {"x": 1})
    batch.update(db.document("a/none"), {"x": 1})
    with pytest.raises(NotFound):
        batch.commit()
    assert not db.document("a/1").get().exists


def test_a_precondition_sees_earlier_writes_of_its_batch(db: Client) -> None:
    batch = db.batch()
    batch.create(db.document("a/1"), {"x": 1})
    batch.update(db.document("a/1"), {"y": 2})
    batch.commit()
    assert db.document("a/1").get().to_dict() == {"x": 1, "y": 2}
