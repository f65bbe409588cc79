"""Search finds the passages that answer a query, best first."""

from __future__ import annotations

import pytest

from tests.flows.business import Business
from tests.flows.client import done, refused

QUERY = "When is the sauna open?"
TEXTS = {
    "sauna": "# Sauna\n\nThe sauna is open from 10 to 22 o'clock. Towels are included.",
    "pool": "# Pool\n\nThe pool is open from 8 to 20 o'clock. Children swim for free.",
    "parking": "# Parking\n\nParking costs 2 euros an hour. The garage closes at midnight.",
}
SHAPE = {
    "document_id": str,
    "external_id": str,
    "version": int,
    "page": type(None),
    "start": int,
    "end": int,
    "text": str,
    "score": float,
    "cosine": float,
    "title": str,
    "heading": str,
}


@pytest.fixture(scope="module")
def spa(shared_business: Business) -> Business:
    """A business that knows the texts, each tagged by its name."""
    for name, text in TEXTS.items():
        fields = {"external_id": name, "filename": f"{name}.md", "tags": [name, "guide"]}
        shared_business.learn(text, **fields)
    return shared_business


def test_a_hit_says_where_it_stands_and_how_good_it_is(spa: Business) -> None:
    hits = spa.search(QUERY)
    assert {name: type(value) for name, value in hits[0].items()} == SHAPE
    assert (hits[0]["external_id"], hits[0]["heading"]) == ("sauna", "Sauna")
    assert -1 <= hits[0]["cosine"] <= 1
    spa.stands(hits)


def test_the_best_come_first_and_each_passage_once(spa: Business) -> None:
    hits = spa.search(QUERY)
    scores = [hit["score"] for hit in hits]
    assert scores == sorted(scores, reverse=True)
    places = {(hit["document_id"], hit["version"], hit["start"]) for hit in hits}
    assert len(places) == len(hits) == 3


@pytest.mark.parametrize("top_k", [1, 2, 3, 100])
def test_a_smaller_top_k_gives_the_beginning_of_a_larger_one(spa: Business, top_k: int) -> None:
    assert spa.search(QUERY, top_k=top_k) == spa.search(QUERY)[:top_k]


def test_a_threshold_cuts_off_the_worse_hits_and_changes_no_score(spa: Business) -> None:
    every = spa.search(QUERY)
    limit = every[1]["score"]
    assert spa.search(QUERY, threshold=limit) == [hit for hit in every if hit["score"] >= limit]


def test_filters_keep_exactly_what_they_name(spa: Business) -> None:
    def found(**filters: list[str]) -> set[str]:
        return {hit["external_id"] for hit in spa.search(QUERY, filters=filters)}

    ids = {hit["external_id"]: hit["document_id"] for hit in spa.search(QUERY)}
    assert found(tags=["pool"]) == {"pool"}
    assert found(tags=["pool", "parking"]) == {"pool", "parking"}
    assert found(tags=["guide"]) == set(TEXTS)
    assert found(tags=["nothing"]) == set()
    assert found(external_ids=["sauna", "nobody"]) == {"sauna"}
    assert found(document_ids=[ids["parking"]]) == {"parking"}
    assert found(external_ids=["sauna"], tags=["pool"]) == set()


def test_a_filter_changes_no_score(spa: Business) -> None:
    [alone] = spa.search(QUERY, filters={"tags": ["pool"]})
    assert alone in spa.search(QUERY)


def test_an_empty_knowledge_base_finds_nothing_and_an_unknown_one_is_not_there(
    business: Business,
) -> None:
    assert business.search(QUERY) == []
    body = {"query": QUERY, "knowledge_base_id": "kb_nobody"}
    refused(business.staff.post("/v1/search", body), 404, "not-found")


def test_what_is_ready_is_found_by_the_very_next_search(business: Business) -> None:
    for n in range(5):
        [document] = business.learn(f"Locker {n} opens with code {n * 7 + 1000}.")
        best = business.search(f"Which code opens locker {n}?", top_k=1)
        assert best[0]["document_id"] == document["id"]


def test_searching_is_safe_to_repeat(spa: Business) -> None:
    request = {"query": QUERY, "top_k": 2}
    first = done(spa.staff.post("/v1/search", request))
    assert all(done(spa.staff.post("/v1/search", request)) == first for _ in range(3))
