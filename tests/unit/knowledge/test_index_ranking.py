"""Search: exact filters, one absolute score, one stable order, and cheap changes."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from shared.contracts.knowledge import Chunk, ChunkSet, Filters, IndexEntry
from shared.knowledge.index.ranking import Index, MissingSegment
from shared.knowledge.index.segments import LoadedSegment, build, open_segment
from shared.knowledge.index.terms import query_terms, terms

DIMENSIONS = 16
WORDS = ("refund", "cancel", "price", "plan", "days", "month", "open", "parking", "breakfast")
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), min_size=1).map(" ".join), min_size=1, max_size=6)


def embed(text: str) -> NDArray[np.float32]:
    """A vector that depends on nothing but the text."""
    seed = list(text.encode())
    return np.random.default_rng(seed).normal(size=DIMENSIONS).astype(np.float32)


def document(
    name: str, texts: list[str], *, version: int = 1, title: str = "", tags: list[str] | None = None
) -> tuple[IndexEntry, list[LoadedSegment]]:
    chunks, at = list[Chunk](), 0
    for text in texts:
        chunks.append(Chunk(start=at, end=at + len(text), page=2))
        at += len(text) + 1
    chunk_set = ChunkSet(document_id=name, version=version, title=title, chunks=chunks)
    embedded = [embed(text) for text in texts]
    records = build(chunk_set, texts, embedded, knowledge_base_id="default", model="m")
    entry = IndexEntry(
        id=name,
        knowledge_base_id="default",
        external_id=f"ext-{name}",
        title=title,
        tags=tags or [],
        version=version,
        segments=[record.id for record in records],
        changed_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return entry, [open_segment(record) for record in records]


def index_of(*documents: tuple[IndexEntry, list[LoadedSegment]]) -> Index:
    segments = [segment for _, loaded in documents for segment in loaded]
    return Index().with_changes([entry for entry, _ in documents], segments)


def naive_bm25(query: str, texts: list[str]) -> list[float]:
    """BM25 as the formula is written in the literature, k1 1.2, b 0.75."""
    counted = [Counter(terms(text)) for text in texts]
    average = sum(map(Counter.total, counted)) / len(counted)
    scores = [0.0] * len(texts)
    for term in query_terms(query):
        frequency = sum(term in counts for counts in counted)
        idf = math.log(1 + (len(texts) - frequency + 0.5) / (frequency + 0.5))
        for number, counts in enumerate(counted):
            norm = 1.2 * (1 - 0.75 + 0.75 * counts.total() / average)
            scores[number] += idf * counts[term] * 2.2 / (counts[term] + norm)
    return scores


@given(st.lists(TEXTS, min_size=1, max_size=5), st.lists(st.sampled_from(WORDS), min_size=1))
@settings(max_examples=50)
def test_bm25_is_that_of_the_literature(documents: list[list[str]], asked: list[str]) -> None:
    query = " ".join(asked)
    index = index_of(*(document(f"doc_{n}", texts) for n, texts in enumerate(documents)))
    texts = [text for each in documents for text in each]
    expected = dict(zip(texts, naive_bm25(query, texts), strict=True))
    found = {hit.text: hit.score / 0.02 for hit in index.search(query, None, top_k=100)}
    assert found == pytest.approx({t: s for t, s in expected.items() if s > 0}, abs=1e-3)


@given(st.lists(TEXTS, min_size=2, max_size=5), st.integers(0, 4))
@settings(max_examples=30)
def test_an_index_changed_step_by_step_ranks_as_one_made_at_once(
    documents: list[list[str]], dropped: int
) -> None:
    made = [document(f"doc_{n}", texts) for n, texts in enumerate(documents)]
    gone = made.pop(dropped % len(made))[0].model_copy(update={"live": False, "segments": []})
    stepwise = index_of(document(gone.id, documents[dropped % len(documents)]))
    for entry, segments in made:
        stepwise = stepwise.with_changes([entry], segments)
    stepwise = stepwise.with_changes([gone], [])
    query, vector = "cancel the plan", embed("cancel the plan")
    at_once = index_of(*made)
    assert stepwise.search(query, vector, 50) == at_once.search(query, vector, 50)
    assert len(stepwise) == len(at_once)


@given(TEXTS, TEXTS, st.integers(1, 12))
@settings(max_examples=50)
def test_a_smaller_top_k_is_the_same_list_cut(one: list[str], other: list[str], top_k: int) -> None:
    index = index_of(document("doc_a", one), document("doc_b", other))
    everything = index.search("price of parking", embed("price"), top_k=100)
    assert index.search("price of parking", embed("price"), top_k=top_k) == everything[:top_k]


def test_a_hit_says_where_it_stands() -> None:
    index = index_of(document("doc_a", ["We open at nine.", "Parking is free."], title="Visit us"))
    best = index.search("Is parking free?", embed("Parking is free."), top_k=1)[0]
    assert (best.text, best.start, best.end, best.page) == ("Parking is free.", 17, 33, 2)
    assert (best.external_id, best.version, best.title) == ("ext-doc_a", 1, "Visit us")


def test_the_score_is_the_cosine_plus_a_fiftieth_of_bm25() -> None:
    index = index_of(document("doc_a", ["parking", "breakfast", "refund"]))
    hybrid = {hit.text: hit for hit in index.search("parking", embed("breakfast"), 10)}
    lexical = index.search("parking", None, 10)
    assert hybrid["breakfast"].cosine == pytest.approx(1, abs=0.001)
    assert hybrid["breakfast"].score == hybrid["breakfast"].cosine
    gained = hybrid["parking"].score - hybrid["parking"].cosine
    assert gained == pytest.approx(lexical[0].score, abs=1e-5)


def test_the_title_is_searched_like_the_text() -> None:
    index = index_of(
        document("doc_a", ["From nine to five."], title="Opening hours"),
        document("doc_b", ["From two to four."], title="Lunch"),
    )
    assert [hit.document_id for hit in index.search("opening hours", None)] == ["doc_a"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(document_ids=["doc_b"]), {"doc_b"}),
        (Filters(external_ids=["ext-doc_a", "ext-doc_c"]), {"doc_a", "doc_c"}),
        (Filters(tags=["hotel"]), {"doc_a", "doc_b"}),
        (Filters(tags=["hotel"], document_ids=["doc_b", "doc_c"]), {"doc_b"}),
        (Filters(tags=["nobody has it"]), set[str]()),
    ],
)
def test_filters_let_through_exactly_what_they_name(filters: Filters, expected: set[str]) -> None:
    index = index_of(
        document("doc_a", ["price one", "price two"], tags=["hotel"]),
        document("doc_b", ["price three"], tags=["spa", "hotel"]),
        document("doc_c", ["price four"]),
    )
    hits = index.search("price", embed("price"), 100, filters)
    assert {hit.document_id for hit in hits} == expected


def test_a_filter_does_not_cost_recall() -> None:
    many = [document(f"doc_{n:03}", [f"price of plan {n}"], tags=["b"]) for n in range(200)]
    index = index_of(*many, document("doc_x", ["weather report"], tags=["a"]))
    hits = index.search("price of plan", embed("price of plan 7"), 1, Filters(tags=["a"]))
    assert [hit.document_id for hit in hits] == ["doc_x"]


def test_the_threshold_is_applied_to_the_fused_score() -> None:
    index = index_of(document("doc_a", ["parking", "breakfast", "refund"]))
    everything = index.search("parking", embed("parking"), 10)
    bar = everything[1].score
    assert index.search("parking", embed("parking"), 10, threshold=bar) == everything[:2]


def test_a_chunk_that_repeats_a_better_one_is_left_out() -> None:
    index = index_of(
        document("doc_b", ["Parking is free.", "Breakfast costs 12 euros."]),
        document("doc_a", ["parking  is FREE.", "Breakfast costs 15 euros."]),
    )
    hits = index.search("parking breakfast", None, 10)
    assert sorted(hit.text[:9] for hit in hits) == ["Breakfast", "Breakfast", "parking  "]


def test_equal_scores_are_ordered_by_document_and_place() -> None:
    index = index_of(
        document("doc_b", ["parking b"]), document("doc_a", ["x parking", "y parking"])
    )
    hits = index.search("parking", None, 10)
    assert [(hit.document_id, hit.start) for hit in hits] == [
        ("doc_a", 0),
        ("doc_a", 10),
        ("doc_b", 0),
    ]


def test_a_new_version_replaces_the_old_one() -> None:
    index = index_of(document("doc_a", ["Parking costs 5 euros."]))
    entry, segments = document("doc_a", ["Parking costs 7 euros."], version=2)
    assert index.missing([entry]) == ["doc_a.2.0"]
    newer = index.with_changes([entry], segments)
    assert [hit.text for hit in newer.search("parking", None)] == ["Parking costs 7 euros."]
    assert [hit.text for hit in index.search("parking", None)] == ["Parking costs 5 euros."]


def test_a_change_of_tags_alone_needs_no_segments() -> None:
    entry, segments = document("doc_a", ["parking"])
    index = Index().with_changes([entry], segments)
    tagged = entry.model_copy(update={"tags": ["car"]})
    assert index.missing([tagged]) == []
    assert index.with_changes([tagged], []).search("parking", None, filters=Filters(tags=["car"]))


def test_an_entry_whose_segments_were_not_given_is_refused() -> None:
    entry, _ = document("doc_a", ["parking"])
    with pytest.raises(MissingSegment, match=r"doc_a\.1\.0"):
        Index().with_changes([entry], [])


def test_segments_of_other_dimensions_are_refused() -> None:
    index = index_of(document("doc_a", ["parking"]))
    entry, _ = document("doc_b", ["breakfast"])
    chunk_set = ChunkSet(document_id="doc_b", version=1, title="", chunks=[Chunk(start=0, end=9)])
    other = build(chunk_set, ["breakfast"], [[1.0, 2.0]], knowledge_base_id="default", model="m")
    with pytest.raises(ValueError, match="same dimensions"):
        index.with_changes([entry], [open_segment(record) for record in other])


def test_an_empty_index_finds_nothing() -> None:
    assert Index().search("anything", embed("anything")) == []


@pytest.mark.parametrize("vector", [[1.0] * 3, [0.0] * DIMENSIONS, [math.nan] * DIMENSIONS])
def test_a_vector_that_cannot_be_compared_is_refused(vector: list[float]) -> None:
    with pytest.raises(ValueError):
        index_of(document("doc_a", ["parking"])).search("parking", vector)


def test_the_nearest_of_quantised_vectors_are_the_nearest_of_the_floats() -> None:
    texts = [f"text {n}" for n in range(1000)]
    index = index_of(document("doc_a", texts))
    floats = np.array([embed(text) / np.linalg.norm(embed(text)) for text in texts])
    query = embed("query") / np.linalg.norm(embed("query"))
    nearest = {texts[row] for row in np.argsort(-(floats @ query))[:10]}
    found = {hit.text for hit in index.search("-", query, 10)}
    assert len(found & nearest) >= 9
