"""The Listen stream itself: order of its messages, resume tokens, removed targets."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from functools import cached_property

import pytest
from google.cloud.firestore import Client
from google.cloud.firestore_v1.types import ListenResponse, TargetChange

PATIENCE = 20
ADD, CURRENT, NO_CHANGE, REMOVE = (
    TargetChange.TargetChangeType[name] for name in ("ADD", "CURRENT", "NO_CHANGE", "REMOVE")
)


class Stream:
    """A Listen call: requests go in, responses come out."""

    def __init__(self, db: Client) -> None:
        self._db = db
        self._requests: queue.Queue = queue.Queue()

    @cached_property
    def _answers(self):
        """The call: it is made at the first look at its answers, and waits for one."""
        return self._db._firestore_api.listen(
            requests=iter(self._requests.get, None),
            metadata=self._db._rpc_metadata,
            timeout=PATIENCE,
        )

    def add(self, collection: str, target_id: int = 1, **fields: object) -> None:
        query = {
            "parent": f"{self._db._database_string}/documents",
            "structured_query": {"from": [{"collection_id": collection}]},
        }
        target = {"query": query, "target_id": target_id, **fields}
        self._requests.put({"database": self._db._database_string, "add_target": target})

    def remove(self, target_id: int) -> None:
        self._requests.put({"database": self._db._database_string, "remove_target": target_id})

    def until(self, kind: TargetChange.TargetChangeType) -> list[ListenResponse]:
        """What came up to and with the next target change of that kind."""
        came = []
        for answer in self._answers:
            came.append(answer)
            is_change = "target_change" in answer
            if is_change and answer.target_change.target_change_type == kind:
                break
        return came

    def close(self) -> None:
        self._requests.put(None)
        self._answers.cancel()


@pytest.fixture
def stream(db: Client) -> Iterator[Stream]:
    opened = Stream(db)
    yield opened
    opened.close()


def changed(came: list[ListenResponse]) -> list[str]:
    return [each.document_change.document.name[-1] for each in came if "document_change" in each]


def test_a_target_is_added_then_filled_then_current(db: Client, stream: Stream) -> None:
    db.document("a/1").set({})
    stream.add("a")
    first, *came = stream.until(CURRENT)
    assert first.target_change.target_change_type == ADD
    assert list(first.target_change.target_ids) == [1]
    assert changed(came) == ["1"]


def test_a_consistent_moment_is_announced_to_all_targets(db: Client, stream: Stream) -> None:
    stream.add("a")
    stream.until(CURRENT)
    last = stream.until(NO_CHANGE)[-1].target_change
    assert list(last.target_ids) == []
    assert last.read_time is not None


def test_a_resumed_target_gets_only_what_changed_since(db: Client) -> None:
    db.document("a/1").set({"n": 1})
    first = Stream(db)
    first.add("a")
    first.until(CURRENT)
    token = first.until(NO_CHANGE)[-1].target_change.resume_token
    first.close()
    db.document("a/2").set({"n": 2})
    again = Stream(db)
    again.add("a", resume_token=token)
    came = changed(again.until(CURRENT))
    again.close()
    assert "2" in came


def test_a_removed_target_is_confirmed(db: Client, stream: Stream) -> None:
    stream.add("a", 7)
    stream.until(CURRENT)
    stream.remove(7)
    assert list(stream.until(REMOVE)[-1].target_change.target_ids) == [7]


def test_two_targets_share_a_stream(db: Client, stream: Stream) -> None:
    stream.add("a", 1)
    stream.until(CURRENT)
    stream.add("b", 2)
    stream.until(CURRENT)
    db.document("b/5").set({})
    heard = [each for each in stream.until(NO_CHANGE) if "document_change" in each]
    if not heard:
        heard = [each for each in stream.until(NO_CHANGE) if "document_change" in each]
    assert [list(each.document_change.target_ids) for each in heard] == [[2]]
