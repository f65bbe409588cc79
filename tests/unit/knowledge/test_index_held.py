"""An instance's indexes keep up with the store and stay within their memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.contracts.knowledge import Chunk, ChunkSet, IndexEntry, Segment
from shared.knowledge.index.held import Indexes
from shared.knowledge.index.ranking import MissingSegment
from shared.knowledge.index.segments import build

START = datetime(2026, 1, 1, tzinfo=UTC)
KEY = ("ten_1", "default")


class FakeStore:
    """Entries and segments as Firestore would hold them, and what was asked of it."""

    def __init__(self) -> None:
        self.entries: dict[str, IndexEntry] = {}
        self.segments: dict[str, Segment] = {}
        self.asked: list[datetime | None] = []
        self.fetched: list[str] = []

    def add(self, name: str, text: str, *, version: int = 1, at: int = 0) -> None:
        chunk_set = ChunkSet(
            document_id=name, version=version, title="", chunks=[Chunk(start=0, end=len(text))]
        )
        made = build(chunk_set, [text], [[1.0, 0.0]], knowledge_base_id="default", model="m")
        self.segments |= {segment.id: segment for segment in made}
        self.entries[name] = IndexEntry(
            id=name,
            knowledge_base_id="default",
            version=version,
            segments=[segment.id for segment in made],
            changed_at=START + timedelta(seconds=at),
        )

    def drop(self, name: str, *, at: int) -> None:
        gone = {"live": False, "segments": [], "changed_at": START + timedelta(seconds=at)}
        self.entries[name] = self.entries[name].model_copy(update=gone)

    def changed(self, since: datetime | None) -> list[IndexEntry]:
        self.asked.append(since)
        return [e for e in self.entries.values() if since is None or e.changed_at >= since]

    def fetch(self, ids: list[str]) -> list[Segment]:
        self.fetched += ids
        return [self.segments[name] for name in ids if name in self.segments]


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


def found(indexes: Indexes, store: FakeStore, query: str) -> list[str]:
    index = indexes.current(KEY, store.changed, store.fetch)
    return [hit.document_id for hit in index.search(query)]


def test_a_document_is_found_by_the_search_after_it_became_ready(store: FakeStore) -> None:
    indexes = Indexes()
    assert found(indexes, store, "parking") == []
    store.add("doc_1", "parking is free")
    assert found(indexes, store, "parking") == ["doc_1"]


def test_only_new_segments_are_fetched(store: FakeStore) -> None:
    indexes = Indexes()
    store.add("doc_1", "parking is free")
    found(indexes, store, "parking")
    store.add("doc_2", "parking costs three euros", at=60)
    found(indexes, store, "parking")
    found(indexes, store, "parking")
    assert store.fetched == ["doc_1.1.0", "doc_2.1.0"]


def test_changes_are_asked_for_from_before_the_newest_seen_since_clocks_differ(
    store: FakeStore,
) -> None:
    indexes = Indexes()
    store.add("doc_1", "parking is free", at=100)
    found(indexes, store, "parking")
    store.add("doc_2", "parking costs three euros", at=80)  # written later, by a slow clock
    assert set(found(indexes, store, "parking")) == {"doc_1", "doc_2"}
    assert store.asked[0] is None
    assert store.asked[1] is not None and store.asked[1] < START + timedelta(seconds=100)


def test_a_new_version_replaces_the_old_one_and_a_deleted_document_is_gone(
    store: FakeStore,
) -> None:
    indexes = Indexes()
    store.add("doc_1", "parking is free")
    found(indexes, store, "parking")
    store.add("doc_1", "breakfast is free", version=2, at=10)
    assert found(indexes, store, "parking") == []
    assert found(indexes, store, "breakfast") == ["doc_1"]
    store.drop("doc_1", at=20)
    assert found(indexes, store, "breakfast") == []


def test_segments_that_vanish_while_being_read_make_it_read_everything_again(
    store: FakeStore,
) -> None:
    indexes = Indexes()
    store.add("doc_1", "parking is free")
    stale = store.changed(None)
    store.add("doc_1", "parking costs three euros", version=2, at=10)
    del store.segments["doc_1.1.0"]
    answers = [stale]

    def changed(since: datetime | None) -> list[IndexEntry]:
        return answers.pop() if answers else store.changed(since)

    index = indexes.current(KEY, changed, store.fetch)
    assert [hit.version for hit in index.search("parking")] == [2]


def test_segments_that_stay_missing_are_an_error_not_a_silent_gap(store: FakeStore) -> None:
    store.add("doc_1", "parking is free")
    store.segments.clear()
    with pytest.raises(MissingSegment):
        Indexes().current(KEY, store.changed, store.fetch)


def test_the_least_recently_used_index_is_dropped_beyond_the_memory_given(
    store: FakeStore,
) -> None:
    indexes = Indexes(most_bytes=1)
    store.add("doc_1", "parking is free")
    found(indexes, store, "parking")
    indexes.current(("ten_2", "default"), store.changed, store.fetch)
    found(indexes, store, "parking")
    assert store.asked == [None, None, None]
