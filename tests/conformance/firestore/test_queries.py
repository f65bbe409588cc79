"""Queries: every operator over values of every type."""

from __future__ import annotations

import math

import pytest
from google.api_core.exceptions import InvalidArgument
from google.cloud.firestore import Client, FieldFilter

PEOPLE = {
    "ann": {"age": 41, "city": "Rome", "tags": ["a", "b"], "home": {"zip": "1"}},
    "bob": {"age": 35.5, "city": "Oslo", "tags": ["b"], "home": {"zip": "2"}},
    "cy": {"age": 41.0, "city": None, "tags": []},
    "dee": {"age": "41", "city": "Rome", "tags": "a"},
    "eve": {"age": math.nan, "tags": ["c", 1, None]},
    "fay": {"city": "Lima", "age": None},
    "gus": {"age": 12, "city": "rome", "tags": [{"k": 1}]},
}


@pytest.fixture
def people(db: Client):
    batch = db.batch()
    for name, fields in PEOPLE.items():
        batch.set(db.document(f"people/{name}"), fields)
    batch.commit()
    return db.collection("people")


def ids(query) -> list[str]:
    """The ids of the results in their order."""
    return [snapshot.id for snapshot in query.stream()]


@pytest.mark.parametrize(
    "field, operator, value, found",
    [
        ("age", "==", 41, "ann cy"),
        ("age", "==", 41.0, "ann cy"),
        ("age", "==", "41", "dee"),
        ("age", "==", None, "fay"),
        ("age", "==", math.nan, "eve"),
        ("city", "==", "Rome", "ann dee"),
        ("city", "==", None, "cy"),
        ("tags", "==", ["b"], "bob"),
        ("tags", "==", [], "cy"),
        ("home", "==", {"zip": "1"}, "ann"),
        ("home.zip", "==", "2", "bob"),
        ("nothing", "==", 1, ""),
        ("age", "!=", 41, "eve gus bob dee"),
        ("age", "!=", None, "eve gus bob ann cy dee"),
        ("age", "!=", math.nan, "gus bob ann cy dee"),
        ("city", "!=", "Rome", "fay bob gus"),
        ("age", "<", 41, "gus bob"),
        ("age", "<=", 41, "gus bob ann cy"),
        ("age", ">", 35.5, "ann cy"),
        ("age", ">=", 35.5, "bob ann cy"),
        ("age", ">", "4", "dee"),
        ("age", "<", "5", "dee"),
        ("city", ">=", "Rome", "ann dee gus"),
        ("city", "<", "Rome", "fay bob"),
        ("tags", ">", ["a"], "ann bob eve gus"),
        ("home.zip", "<=", "2", "ann bob"),
        ("age", "in", [41, 12], "gus ann cy"),
        ("age", "in", ["41", 35.5], "bob dee"),
        ("tags", "in", [["b"], []], "bob cy"),
        ("age", "not-in", [41, 12], "eve bob dee"),
        ("city", "not-in", ["Rome"], "fay bob gus"),
        ("tags", "array_contains", "b", "ann bob"),
        ("tags", "array_contains", 1, "eve"),
        ("tags", "array_contains", {"k": 1}, "gus"),
        ("tags", "array_contains", "z", ""),
        ("tags", "array_contains_any", ["a", "c"], "ann eve"),
        ("tags", "array_contains_any", ["z", {"k": 1}], "gus"),
    ],
    ids=str,
)
def test_a_filter_finds(people, field, operator, value, found: str) -> None:
    query = people.where(filter=FieldFilter(field, operator, value))
    assert sorted(ids(query)) == sorted(found.split())


def test_a_range_is_ordered_by_its_field(people) -> None:
    found = ids(people.where(filter=FieldFilter("age", "<=", 41)))
    assert found == ["gus", "bob", "ann", "cy"]


@pytest.mark.parametrize("operator, value, found", [("==", "ann", "ann"), (">", "eve", "fay gus")])
def test_a_filter_by_document_id_finds(people, operator, value, found: str) -> None:
    reference = people.document(value)
    assert ids(people.where(filter=FieldFilter("__name__", operator, reference))) == found.split()


def test_a_filter_by_several_document_ids_finds(people) -> None:
    references = [people.document(name) for name in ("gus", "ann", "nobody")]
    assert ids(people.where(filter=FieldFilter("__name__", "in", references))) == ["ann", "gus"]


def test_a_not_in_with_null_finds_nothing(people) -> None:
    assert ids(people.where(filter=FieldFilter("age", "not-in", [None, 1]))) == []


def test_two_filters_must_both_hold(people) -> None:
    query = people.where(filter=FieldFilter("city", "==", "Rome"))
    assert ids(query.where(filter=FieldFilter("age", "==", 41))) == ["ann"]


def test_a_range_has_both_ends(people) -> None:
    query = people.where(filter=FieldFilter("age", ">", 12))
    assert ids(query.where(filter=FieldFilter("age", "<", 41))) == ["bob"]


def test_ranges_may_be_on_two_fields(people) -> None:
    query = people.where(filter=FieldFilter("age", ">", 12))
    assert ids(query.where(filter=FieldFilter("city", ">", "P"))) == ["ann"]


def test_a_query_without_filter_gives_all_by_id(people) -> None:
    assert ids(people) == sorted(PEOPLE)


def test_a_query_of_nothing_is_empty(db: Client) -> None:
    assert ids(db.collection("nobody")) == []


def test_a_query_stays_in_its_collection(db: Client, people) -> None:
    db.document("people/ann/people/kid").set({"age": 3})
    assert "kid" not in ids(people)


@pytest.mark.parametrize(
    "fields, got",
    [
        (["age"], {"age": 41}),
        (["age", "home.zip"], {"age": 41, "home": {"zip": "1"}}),
        (["nothing"], {}),
        (["__name__"], {}),
    ],
    ids=str,
)
def test_a_projection_gives_the_fields_asked_for(people, fields, got: dict) -> None:
    query = people.where(filter=FieldFilter("__name__", "==", people.document("ann")))
    assert [each.to_dict() for each in query.select(fields).stream()] == [got]


@pytest.mark.parametrize("operator, most", [("in", 30), ("array_contains_any", 30), ("not-in", 10)])
def test_a_list_of_values_has_a_limit(people, operator: str, most: int) -> None:
    ids(people.where(filter=FieldFilter("age", operator, list(range(most)))))
    with pytest.raises(InvalidArgument):
        ids(people.where(filter=FieldFilter("age", operator, list(range(most + 1)))))


@pytest.mark.parametrize("operator", ["in", "array_contains_any", "not-in"])
def test_a_list_of_no_values_is_refused(people, operator: str) -> None:
    with pytest.raises(InvalidArgument):
        ids(people.where(filter=FieldFilter("age", operator, [])))


def test_a_not_in_beside_a_not_equal_is_refused(people) -> None:
    query = people.where(filter=FieldFilter("age", "not-in", [1]))
    with pytest.raises(InvalidArgument):
        ids(query.where(filter=FieldFilter("age", "!=", 2)))


def test_two_array_contains_are_refused(people) -> None:
    query = people.where(filter=FieldFilter("tags", "array_contains", "a"))
    with pytest.raises(InvalidArgument):
        ids(query.where(filter=FieldFilter("tags", "array_contains_any", ["b"])))


@pytest.mark.parametrize("limit, offset, found", [(2, 0, "ann bob"), (2, 5, "fay gus"), (9, 9, "")])
def test_a_limit_and_an_offset_cut(people, limit: int, offset: int, found: str) -> None:
    assert ids(people.limit(limit).offset(offset)) == found.split()


def test_a_negative_limit_is_refused(people) -> None:
    with pytest.raises(InvalidArgument):
        ids(people.limit(-1))
