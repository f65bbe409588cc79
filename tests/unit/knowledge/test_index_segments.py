"""Segments: what goes in comes out, small and the same every time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from shared.contracts.knowledge import Chunk, ChunkSet, Segment
from shared.knowledge.index.segments import build, open_segment

FIRESTORE_LIMIT = 900_000


def document(texts: list[str], page: int | None = 1) -> ChunkSet:
    chunks, at = list[Chunk](), 0
    for number, text in enumerate(texts):
        heading = ("Terms", f"Part {number}")
        chunks.append(Chunk(start=at, end=at + len(text), page=page, heading=heading))
        at += len(text) + 1
    return ChunkSet(document_id="doc_1", version=3, title="Terms of service", chunks=chunks)


def vectors(count: int, dimensions: int = 32, seed: int = 7) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32)


def segments_of(texts: list[str], dimensions: int = 32) -> list[Segment]:
    embedded = vectors(len(texts), dimensions)
    return build(document(texts), texts, embedded, knowledge_base_id="default", model="m")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), max_size=40))
def test_every_chunk_comes_back_as_it_went_in(texts: list[str]) -> None:
    opened = [open_segment(segment) for segment in segments_of(texts)]
    read = [s.passages.text(n) for s in opened for n in range(len(s.passages))]
    assert read == texts


def test_a_long_document_is_cut_into_numbered_segments_below_the_limit() -> None:
    random = np.random.default_rng(1)
    texts = [" ".join(f"w{n}" for n in random.integers(0, 99999, 180)) for _ in range(1000)]
    found = segments_of(texts, dimensions=1536)
    assert [segment.id for segment in found] == [f"doc_1.3.{n}" for n in range(len(found))]
    assert sum(segment.count for segment in found) == 1000
    for segment in found:
        stored = segment.model_dump()
        size = sum(len(value) for value in stored.values() if isinstance(value, bytes))
        assert size + sum(len(h.encode()) for h in segment.headings) < FIRESTORE_LIMIT


def test_the_same_document_gives_the_same_bytes() -> None:
    texts = ["Refunds within 30 days.", "Zahlung per Überweisung.", "営業時間"]
    assert segments_of(texts) == segments_of(texts)


def test_a_quantised_vector_points_where_the_float_vector_did() -> None:
    floats = vectors(200, dimensions=512)
    texts = ["x"] * 200
    (segment,) = build(document(texts), texts, floats, knowledge_base_id="default", model="m")
    opened = open_segment(segment)
    restored = opened.vectors * opened.scales[:, None]
    cosines = (restored * floats).sum(axis=1) / np.linalg.norm(floats, axis=1)
    assert np.linalg.norm(restored, axis=1) == pytest.approx(1, abs=1e-5)
    assert cosines.min() > 0.999


def test_opening_a_segment_does_not_copy_its_vectors() -> None:
    (segment,) = segments_of(["one", "two"])
    assert np.shares_memory(open_segment(segment).vectors, np.frombuffer(segment.vectors, np.int8))


def test_a_document_without_chunks_has_no_segments() -> None:
    assert segments_of([]) == []


@pytest.mark.parametrize(
    ("texts", "embedded"),
    [
        (["three", "texts", "here"], vectors(3)),
        (["abc", "not what chunk two spans"], vectors(2)),
        (["abc", "defg"], vectors(1)),
        (["abc", "defg"], np.zeros((2, 8))),
        (["abc", "defg"], np.full((2, 8), np.nan)),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(
    texts: list[str], embedded: NDArray[np.float32]
) -> None:
    with pytest.raises(ValueError):
        build(document(["abc", "defg"]), texts, embedded, knowledge_base_id="default", model="m")


def test_a_chunk_too_large_for_a_segment_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        segments_of(["x" * 1_000_000])
