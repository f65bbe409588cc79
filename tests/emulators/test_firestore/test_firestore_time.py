"""The virtual clock: times to live, reads in the past, transactions that grow old."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from google.api_core.exceptions import FailedPrecondition, InvalidArgument
from google.cloud.firestore import Client

from tests.emulators.test_firestore.conftest import Emulator, running

POLICY = "ttl: [{collection: sessions, field: expires}]\n"


def test_documents_are_deleted_once_their_time_has_passed(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.yaml"
    manifest.write_text(POLICY)
    with running("--manifest", manifest) as emulator:
        db = emulator.client()
        soon, late = (datetime.now(UTC) + timedelta(hours=hours) for hours in (1, 100))
        db.document("sessions/soon").set({"expires": soon})
        db.document("users/u/sessions/below").set({"expires": soon})
        db.document("sessions/late").set({"expires": late})
        db.document("sessions/text").set({"expires": "2001-01-01"})
        db.document("others/soon").set({"expires": soon})
        emulator.advance(3700)
        _wait_until_gone(db, "sessions/soon")
        assert {document.id for document in db.collection_group("sessions").stream()} == {
            "late",
            "text",
        }
        assert db.document("others/soon").get().exists


def test_the_last_hour_can_be_read_and_no_more(own_emulator: Emulator) -> None:
    db = own_emulator.client()
    first = db.document("a/1").set({"n": 1}).update_time
    own_emulator.advance(1800)
    db.document("a/1").set({"n": 2})
    db.document("a/1").delete()
    assert db.document("a/1").get(read_time=first).get("n") == 1
    assert [one.get("n") for one in db.collection("a").stream(read_time=first)] == [1]
    own_emulator.advance(3700)
    db.document("a/1").set({"n": 3})
    with pytest.raises(FailedPrecondition, match="too old"):
        db.document("a/1").get(read_time=first)


def test_a_transaction_left_alone_expires(own_emulator: Emulator) -> None:
    db = own_emulator.client()
    transaction = db.transaction()
    transaction._begin()
    own_emulator.advance(61)
    transaction.set(db.document("a/1"), {})
    with pytest.raises(InvalidArgument, match="expired"):
        transaction._commit()


def test_time_does_not_go_back(own_emulator: Emulator) -> None:
    assert "forward" in own_emulator.refused("POST", "/clock/advance", seconds=-1)


def _wait_until_gone(db: Client, path: str) -> None:
    deadline = time.monotonic() + 10
    while db.document(path).get().exists:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_snapshot_that_is_no_longer_known_is_refused(own_emulator: Emulator) -> None:
    db = own_emulator.client()
    db.document("a/1").set({"n": 1})
    transaction = db.transaction(read_only=True)
    transaction._begin()
    for _ in range(21):
        batch = db.batch()
        for n in range(500):
            batch.set(db.document(f"a/{n}"), {"n": uuid4().hex})
        batch.commit()
    with pytest.raises(FailedPrecondition, match="too old"):
        db.document("a/1").get(transaction=transaction)


def test_a_database_that_nobody_named_yet_was_empty_before(own_emulator: Emulator) -> None:
    moment = own_emulator.client().document("a/1").set({}).update_time
    assert not own_emulator.client("another-project").document("a/1").get(read_time=moment).exists
