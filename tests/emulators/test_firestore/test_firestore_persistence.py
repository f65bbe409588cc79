"""What is on disk: nothing acknowledged is lost, and reset and export see all of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest
from google.api_core.exceptions import FailedPrecondition, GoogleAPICallError, RetryError
from google.cloud.firestore import Client

from tests.emulators.test_firestore.conftest import Emulator, running


def test_nothing_acknowledged_is_lost_when_it_is_killed(tmp_path: Path) -> None:
    acknowledged: list[int] = []
    enough = Event()

    def write(db: Client) -> None:
        with suppress(GoogleAPICallError, RetryError):
            for n in range(10_000):
                db.document(f"a/{n}").set({"n": n}, retry=None, timeout=5)
                acknowledged.append(n)
                if n == 200:
                    enough.set()

    with running("--data", tmp_path) as emulator, ThreadPoolExecutor() as pool:
        pool.submit(write, emulator.client())
        assert enough.wait(60)
        emulator.kill()
    with running("--data", tmp_path) as again:
        stored = {document.get("n") for document in again.client().collection("a").stream()}
    assert stored >= set(acknowledged)


def test_a_batch_is_on_disk_whole_or_not_at_all(tmp_path: Path) -> None:
    with running("--data", tmp_path) as emulator:
        batch = emulator.client().batch()
        for n in range(100):
            batch.set(emulator.client().document(f"a/{n}"), {"n": n})
        batch.commit()
        emulator.kill()
    with running("--data", tmp_path) as again:
        assert len(list(again.client().collection("a").stream())) == 100


def test_times_and_deletions_survive(tmp_path: Path) -> None:
    with running("--data", tmp_path) as emulator:
        db = emulator.client()
        written = db.document("a/kept").set({"n": 1})
        db.document("a/gone").set({})
        db.document("a/gone").delete()
    with running("--data", tmp_path) as again:
        kept = again.client().document("a/kept").get()
        assert kept.update_time == written.update_time
        assert not again.client().document("a/gone").get().exists


def test_what_was_before_a_restart_cannot_be_read(tmp_path: Path) -> None:
    with running("--data", tmp_path) as emulator:
        before = emulator.client().document("a/1").set({"n": 1}).update_time
        emulator.client().document("a/1").set({"n": 2})
    with running("--data", tmp_path) as again, pytest.raises(FailedPrecondition, match="too old"):
        again.client().document("a/1").get(read_time=before)


def test_a_reset_empties_memory_and_disk(tmp_path: Path) -> None:
    with running("--data", tmp_path) as emulator:
        emulator.client().document("a/1").set({"n": 1})
        emulator.client("other-project").document("a/1").set({"n": 1})
        emulator.ask("POST", "/reset?only=firestore")
        assert not emulator.client().document("a/1").get().exists
    with running("--data", tmp_path) as again:
        assert again.export() == []


def test_an_export_has_every_document(emulator: Emulator, db: Client) -> None:
    db.document("a/1").set({"n": 1})
    db.document("a/1/b/2").set({"s": "x"})
    exported = {document["name"]: document["fields"] for document in emulator.export()}
    root = "projects/test-project/databases/(default)/documents"
    assert exported[f"{root}/a/1"] == {"n": {"integerValue": "1"}}
    assert exported[f"{root}/a/1/b/2"] == {"s": {"stringValue": "x"}}
