"""AND and OR of filters."""

from __future__ import annotations

import pytest
from google.api_core.exceptions import InvalidArgument
from google.cloud.firestore import And, Client, FieldFilter, Or

from tests.conformance.differences import differs
from tests.conformance.firestore.test_queries import ids


@pytest.fixture
def grid(db: Client):
    batch = db.batch()
    for x in range(3):
        for y in range(3):
            batch.set(db.document(f"grid/{x}{y}"), {"x": x, "y": y, "t": [x, y], "s": str(x)})
    batch.set(db.document("grid/zz"), {"x": None, "t": "none"})
    batch.commit()
    return db.collection("grid")


def f(field: str, operator: str, value: object) -> FieldFilter:
    return FieldFilter(field, operator, value)


@pytest.mark.parametrize(
    "filter, found",
    [
        (And([f("x", "==", 1), f("y", "==", 2)]), "12"),
        (And([f("x", ">", 0), f("x", "<", 2)]), "10 11 12"),
        (And([f("x", ">", 0), f("y", "<", 1)]), "10 20"),
        (And([f("x", "!=", 0), f("y", "==", 1)]), "11 21"),
        (And([f("x", "in", [0, 2]), f("y", "==", 1)]), "01 21"),
        (And([f("x", "in", [0, 1]), f("y", "in", [1, 2])]), "01 02 11 12"),
        (And([f("t", "array_contains", 2), f("x", "==", 2)]), "20 21 22"),
        (And([f("t", "array_contains_any", [0, 1]), f("y", "==", 2)]), "02 12"),
        (And([f("x", "==", 1), f("x", "==", 2)]), ""),
        (And([f("x", "==", None)]), "zz"),
        (Or([f("x", "==", 1), f("y", "==", 2)]), "02 10 11 12 22"),
        (Or([f("x", "==", 1), f("x", "==", 1)]), "10 11 12"),
        (Or([f("x", "in", [0, 9]), f("y", "==", 9)]), "00 01 02"),
        (Or([f("x", "==", None), f("x", "==", 2)]), "20 21 22 zz"),
        (Or([f("t", "array_contains", 2), f("y", "==", 0)]), "00 02 10 12 20 21 22"),
        (Or([And([f("x", "==", 0), f("y", "==", 0)]), f("s", "==", "2")]), "00 20 21 22"),
        (And([Or([f("x", "==", 0), f("x", "==", 2)]), f("y", "==", 1)]), "01 21"),
        (And([Or([f("x", "==", 0), f("y", "==", 0)]), Or([f("x", "==", 1), f("y", "==", 1)])]),
         "01 10"),
        (Or([f("x", ">", 1), f("y", ">", 1)]), "02 12 20 21 22"),
        (Or([f("x", "<", 1), f("x", ">", 1)]), "00 01 02 20 21 22"),
    ],
    ids=[
        "two equal", "range", "two ranges", "not equal", "in and equal", "two in", "contains",
        "contains any", "never", "null", "either", "twice", "or in", "or null", "or contains",
        "or of and", "and of or", "and of two or", "or of ranges", "outside",
    ],
)  # fmt: skip
def test_a_composite_filter_finds(grid, filter, found: str) -> None:
    assert sorted(ids(grid.where(filter=filter))) == found.split()


def test_an_or_with_ranges_is_ordered_by_their_fields(grid) -> None:
    query = grid.where(filter=Or([f("x", ">", 1), f("x", "<", 1)]))
    assert ids(query) == ["00", "01", "02", "20", "21", "22"]


def test_an_or_is_ordered_and_limited(grid) -> None:
    query = grid.where(filter=Or([f("x", "==", 1), f("y", "==", 2)])).order_by("y").limit(3)
    assert ids(query) == ["10", "11", "02"]


def test_an_or_has_at_most_30_branches(grid) -> None:
    ids(grid.where(filter=Or([f("x", "==", n) for n in range(30)])))
    with pytest.raises(InvalidArgument):
        ids(grid.where(filter=Or([f("x", "==", n) for n in range(31)])))


def test_in_filters_multiply_the_branches(grid) -> None:
    six = list(range(6))
    with pytest.raises(InvalidArgument):
        ids(grid.where(filter=And([f("x", "in", six), f("y", "in", six)])))


@pytest.mark.parametrize(
    "filter",
    [
        And([f("t", "array_contains", 1), f("t", "array_contains", 2)]),
        And([f("t", "array_contains", 1), f("t", "array_contains_any", [1])]),
        And([f("t", "array_contains_any", [1, 2]), f("t", "array_contains_any", [1])]),
        Or([And([f("t", "array_contains", 1), f("s", "array_contains", 1)]), f("x", "==", 1)]),
    ],
    ids=["two", "one and a list", "two lists", "in a branch"],
)
def test_arrays_are_looked_into_once_a_branch(grid, filter) -> None:
    with pytest.raises(InvalidArgument):
        ids(grid.where(filter=filter))


def test_arrays_are_looked_into_in_every_branch(grid) -> None:
    query = Or([f("t", "array_contains", 2), f("t", "array_contains_any", [0])])
    assert len(ids(grid.where(filter=query))) == 8


def test_the_same_look_into_an_array_counts_once(grid) -> None:
    query = And([f("t", "array_contains", 2), f("t", "array_contains", 2)])
    assert len(ids(grid.where(filter=query))) == 5


def test_an_or_with_a_not_in_is_refused(grid) -> None:
    with pytest.raises(InvalidArgument):
        ids(grid.where(filter=Or([f("x", "not-in", [1]), f("y", "==", 2)])))


@differs(
    "google",
    "Takes a composite of nothing for no filter.",
    "google.firestore.v1 CompositeFilter: at least one filter is present",
)
def test_a_composite_of_nothing_is_refused(db: Client) -> None:
    query = {"from": [{"collection_id": "a"}], "where": {"composite_filter": {"op": "AND"}}}
    parent = f"{db._database_string}/documents"
    with pytest.raises(InvalidArgument):
        list(db._firestore_api.run_query(request={"parent": parent, "structured_query": query}))
