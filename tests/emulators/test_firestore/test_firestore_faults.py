"""Faults on request: errors, lost answers, latency."""

from __future__ import annotations

import time

import pytest
from google.api_core.exceptions import Aborted, ServiceUnavailable
from google.cloud import firestore
from google.cloud.firestore import Client

from tests.emulators.test_firestore.conftest import Emulator


def test_the_nth_commit_is_aborted(emulator: Emulator, db: Client) -> None:
    emulator.fault(method="*/Commit", code="ABORTED", skip=2)
    for n in range(2):
        db.document(f"a/{n}").set({})
    with pytest.raises(Aborted):
        db.document("a/2").set({}, retry=None)
    db.document("a/3").set({})
    assert {document.id for document in db.collection("a").stream()} == {"0", "1", "3"}


def test_a_transaction_that_is_aborted_once_is_tried_again(emulator: Emulator, db: Client) -> None:
    emulator.fault(method="*/Commit", code="ABORTED")
    attempts = []

    @firestore.transactional
    def write(transaction: firestore.Transaction) -> None:
        attempts.append(transaction.id)
        transaction.set(db.document("a/1"), {"n": len(attempts)})

    write(db.transaction())
    assert db.document("a/1").get().get("n") == 2


def test_an_answer_can_be_lost_after_the_commit(emulator: Emulator, db: Client) -> None:
    emulator.fault(method="*/Commit", code="UNAVAILABLE", after=True)
    with pytest.raises(ServiceUnavailable):
        db.document("a/1").set({}, retry=None)
    assert db.document("a/1").get().exists


def test_streams_fail_too(emulator: Emulator, db: Client) -> None:
    emulator.fault(method="*Firestore/RunQuery", code="UNAVAILABLE", times=1)
    with pytest.raises(ServiceUnavailable):
        list(db.collection("a").stream(retry=None))
    assert list(db.collection("a").stream(retry=None)) == []


def test_calls_can_be_slow(emulator: Emulator, db: Client) -> None:
    emulator.fault(method="*/BatchGetDocuments", latency=0.3)
    began = time.monotonic()
    db.document("a/1").get()
    assert time.monotonic() - began >= 0.3


def test_faults_count_whom_they_met_and_can_be_switched_off(emulator: Emulator, db: Client) -> None:
    emulator.fault(method="*/Commit", code="ABORTED", times=0, skip=1)
    db.document("a/1").set({})
    assert '"seen": 1' in emulator.page("/faults")
    emulator.ask("DELETE", "/faults")
    db.document("a/1").set({"n": 1}, retry=None)


@pytest.mark.parametrize(
    "fault, problem",
    [
        ({"method": "*", "code": "NO_SUCH_CODE"}, "not a gRPC status"),
        ({"method": "*", "colour": "red"}, "no 'colour'"),
        ({"code": "ABORTED"}, "needs a method"),
        ({"method": "*", "times": "all"}, "times must be"),
    ],
)
def test_a_wrong_fault_is_refused_in_words(
    emulator: Emulator, fault: dict[str, object], problem: str
) -> None:
    assert problem in emulator.refused("POST", "/faults", **fault)
