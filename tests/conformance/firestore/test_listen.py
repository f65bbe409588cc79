"""Listening to documents and queries."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator

import pytest
from google.cloud.firestore import Client, FieldFilter

PATIENCE = 20


class Watched:
    """The snapshots a listener gave, one after the other."""

    def __init__(self, target) -> None:
        self._states: queue.Queue = queue.Queue()
        self._watch = target.on_snapshot(lambda docs, changes, _: self._states.put((docs, changes)))

    def next(self) -> tuple[list, list]:
        """The next snapshot: documents and (kind, id) of the changes."""
        documents, changes = self._states.get(timeout=PATIENCE)
        return documents, [(each.type.name, each.document.id) for each in changes]

    def until(self, holds: Callable[[list], bool]) -> list:
        """The first snapshot from now on for which it holds."""
        while not holds(documents := self.next()[0]):
            pass
        return documents

    def stop(self) -> None:
        self._watch.unsubscribe()


@pytest.fixture
def watch() -> Iterator[Callable[[object], Watched]]:
    """Starts listeners that stop with the check."""
    started = []

    def start(target) -> Watched:
        started.append(Watched(target))
        return started[-1]

    yield start
    for each in started:
        each.stop()


def test_a_listener_gets_what_is_there(db: Client, watch) -> None:
    db.document("a/1").set({"n": 1})
    documents, changes = watch(db.collection("a")).next()
    assert [each.to_dict() for each in documents] == [{"n": 1}]
    assert changes == [("ADDED", "1")]


def test_a_listener_on_nothing_gets_an_empty_snapshot(db: Client, watch) -> None:
    assert watch(db.collection("a")).next() == ([], [])


def test_a_listener_hears_of_a_new_document(db: Client, watch) -> None:
    listener = watch(db.collection("a"))
    listener.next()
    db.document("a/1").set({"n": 1})
    assert listener.next()[1] == [("ADDED", "1")]


def test_a_listener_hears_of_a_change(db: Client, watch) -> None:
    db.document("a/1").set({"n": 1})
    listener = watch(db.collection("a"))
    listener.next()
    db.document("a/1").set({"n": 2})
    documents, changes = listener.next()
    assert ([each.get("n") for each in documents], changes) == ([2], [("MODIFIED", "1")])


def test_a_listener_hears_of_a_deletion(db: Client, watch) -> None:
    db.document("a/1").set({"n": 1})
    listener = watch(db.collection("a"))
    listener.next()
    db.document("a/1").delete()
    assert listener.next() == ([], [("REMOVED", "1")])


def test_a_batch_is_heard_of_as_one_change(db: Client, watch) -> None:
    listener = watch(db.collection("a"))
    listener.next()
    batch = db.batch()
    for n in range(3):
        batch.set(db.document(f"a/{n}"), {"n": n})
    batch.commit()
    assert listener.next()[1] == [("ADDED", "0"), ("ADDED", "1"), ("ADDED", "2")]


def test_a_document_that_leaves_the_filter_is_removed(db: Client, watch) -> None:
    db.document("a/1").set({"n": 1})
    listener = watch(db.collection("a").where(filter=FieldFilter("n", "==", 1)))
    listener.next()
    db.document("a/1").set({"n": 2})
    assert listener.next()[1] == [("REMOVED", "1")]


def test_a_document_that_enters_the_filter_is_added(db: Client, watch) -> None:
    db.document("a/1").set({"n": 2})
    listener = watch(db.collection("a").where(filter=FieldFilter("n", "==", 1)))
    listener.next()
    db.document("a/1").set({"n": 1})
    assert listener.next()[1] == [("ADDED", "1")]


def test_a_limited_query_fills_up(db: Client, watch) -> None:
    for n in range(3):
        db.document(f"a/{n}").set({"n": n})
    listener = watch(db.collection("a").order_by("n").limit(2))
    listener.next()
    db.document("a/0").delete()
    documents = listener.until(lambda found: [each.id for each in found] == ["1", "2"])
    assert len(documents) == 2


def test_a_listener_on_a_document_hears_of_it(db: Client, watch) -> None:
    listener = watch(db.document("a/1"))
    listener.next()
    db.document("a/1").set({"n": 1})
    assert listener.until(bool)[0].get("n") == 1


def test_a_listener_on_a_document_hears_of_its_deletion(db: Client, watch) -> None:
    db.document("a/1").set({"n": 1})
    listener = watch(db.document("a/1"))
    listener.next()
    db.document("a/1").delete()
    assert not any(each.exists for each in listener.next()[0])


def test_two_listeners_both_hear(db: Client, watch) -> None:
    listeners = [watch(db.collection("a")) for _ in range(2)]
    for listener in listeners:
        listener.next()
    db.document("a/1").set({"n": 1})
    assert [listener.next()[1] for listener in listeners] == [[("ADDED", "1")]] * 2


def test_a_collection_group_is_listened_to(db: Client, watch) -> None:
    listener = watch(db.collection_group("kids"))
    listener.next()
    db.document("a/1/kids/2").set({"n": 1})
    assert listener.next()[1] == [("ADDED", "2")]
