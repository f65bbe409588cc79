"""The order of results, and cursors in it."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from google.api_core.exceptions import InvalidArgument
from google.cloud.firestore import Client, FieldFilter, GeoPoint, Query
from google.cloud.firestore_v1.vector import Vector

from tests.conformance.differences import differs
from tests.conformance.firestore.test_queries import ids

NOW = datetime(2026, 1, 1, tzinfo=UTC)
# Ascending, as https://firebase.google.com/docs/firestore/manage-data/data-types orders types.
ASCENDING = [
    None, False, True, math.nan, -math.inf, -5, -0.5, 0, 0.25, 1, 1.5, 2**53, math.inf,
    datetime(1969, 1, 1, tzinfo=UTC), NOW, "", "A", "a", "aa", "é", "\uffee", "😀",
    b"", b"\x00", b"\x01\x00", b"\x02", GeoPoint(-10, 5), GeoPoint(1, -7), GeoPoint(1, 2),
    [], [1], [1, 2], [1, "a"], ["a"], Vector([9.0]), Vector([1.0, 2.0]), Vector([2.0, 0.0]),
    {}, {"a": 1}, {"a": 1, "b": 0}, {"a": 2}, {"b": 0},
]  # fmt: skip
NUMBERS = {"a": 3, "b": 1, "c": 2, "d": 1}


@pytest.fixture
def values(db: Client):
    for start in range(0, len(ASCENDING), 20):
        batch = db.batch()
        for place in range(start, min(start + 20, len(ASCENDING))):
            batch.set(
                db.document(f"values/{97 * place % 1000:03}"),
                {"v": ASCENDING[place], "place": place},
            )
        batch.commit()
    return db.collection("values")


@pytest.fixture
def numbers(db: Client):
    for name, value in NUMBERS.items():
        db.document(f"numbers/{name}").set({"n": value, "even": value % 2 == 0})
    db.document("numbers/without").set({"m": 1})
    return db.collection("numbers")


def places(query) -> list[int]:
    return [snapshot.get("place") for snapshot in query.stream()]


def test_values_of_all_types_ascend(values) -> None:
    assert places(values.order_by("v")) == list(range(len(ASCENDING)))


def test_values_of_all_types_descend(values) -> None:
    descending = values.order_by("v", direction=Query.DESCENDING)
    assert places(descending) == list(reversed(range(len(ASCENDING))))


@pytest.mark.parametrize("place", range(1, len(ASCENDING), 3))
def test_a_cursor_may_be_of_any_type(values, place: int) -> None:
    after = values.order_by("v").start_after({"v": ASCENDING[place]})
    assert places(after) == list(range(place + 1, len(ASCENDING)))


def test_references_order_by_their_path(db: Client) -> None:
    paths = ["a/1", "a/1/b/1", "a/2", "b/1"]
    for place, path in enumerate(paths):
        db.document(f"refs/{9 - place}").set({"v": db.document(path), "place": place})
    assert places(db.collection("refs").order_by("v")) == [0, 1, 2, 3]


def test_ties_are_broken_by_id(numbers) -> None:
    assert ids(numbers.order_by("n")) == ["b", "d", "c", "a"]


def test_descending_ties_are_broken_by_descending_id(numbers) -> None:
    assert ids(numbers.order_by("n", direction=Query.DESCENDING)) == ["a", "c", "d", "b"]


def test_documents_without_the_field_are_left_out(numbers) -> None:
    assert "without" not in ids(numbers.order_by("n"))


def test_two_fields_order_one_after_the_other(numbers) -> None:
    query = numbers.order_by("even").order_by("n", direction=Query.DESCENDING)
    assert ids(query) == ["a", "d", "b", "c"]


def test_an_inequality_orders_by_its_field(numbers) -> None:
    assert ids(numbers.where(filter=FieldFilter("n", ">", 0))) == ["b", "d", "c", "a"]


def test_a_numeric_id_sorts_before_text(db: Client) -> None:
    for name in ("a", "__id7__", "__id-3__", "__id20__", "0"):
        db._firestore_api.commit(
            request={
                "database": db._database_string,
                "writes": [{"update": {"name": db.document(f"n/{name}")._document_path}}],
            }
        )
    assert ids(db.collection("n")) == ["__id-3__", "__id7__", "__id20__", "0", "a"]


@pytest.mark.parametrize(
    "cursor, found",
    [
        (lambda q: q.start_at({"n": 2}), "c a"),
        (lambda q: q.start_after({"n": 2}), "a"),
        (lambda q: q.end_at({"n": 2}), "b d c"),
        (lambda q: q.end_before({"n": 2}), "b d"),
        (lambda q: q.start_at({"n": 1}).end_before({"n": 3}), "b d c"),
        (lambda q: q.start_after({"n": 1}).end_at({"n": 3}), "c a"),
        (lambda q: q.start_at({"n": 1.5}), "c a"),
        (lambda q: q.start_at({"n": "text"}), ""),
        (lambda q: q.start_at({"n": None}), "b d c a"),
        (lambda q: q.end_at({"n": 99}), "b d c a"),
        (lambda q: q.start_at({"n": 3}).end_at({"n": 1}), ""),
        (lambda q: q.order_by("__name__").start_after({"n": 1, "__name__": "b"}), "d c a"),
    ],
    ids=["at", "after", "end at", "end before", "at before", "after at", "between", "text", "null",
         "beyond", "crossed", "name"],
)  # fmt: skip
def test_a_cursor_cuts_the_results(numbers, cursor, found: str) -> None:
    assert ids(cursor(numbers.order_by("n"))) == found.split()


def test_a_cursor_on_a_descending_order_cuts_from_above(numbers) -> None:
    descending = numbers.order_by("n", direction=Query.DESCENDING)
    assert ids(descending.start_after({"n": 2})) == ["d", "b"]


def test_a_document_is_a_cursor(numbers) -> None:
    page = numbers.order_by("n").limit(2)
    last = list(page.stream())[-1]
    assert ids(page.start_after(last)) == ["c", "a"]


def test_a_cursor_longer_than_the_order_is_refused(db: Client) -> None:
    query = {
        "from": [{"collection_id": "a"}],
        "order_by": [{"field": {"field_path": "n"}}],
        "start_at": {"values": [{"integer_value": 1}] * 3},
    }
    parent = f"{db._database_string}/documents"
    with pytest.raises(InvalidArgument):
        list(db._firestore_api.run_query(request={"parent": parent, "structured_query": query}))


def test_limit_to_last_gives_the_end_in_order(numbers) -> None:
    last = numbers.order_by("n").limit_to_last(2).get()
    assert [each.id for each in last] == ["c", "a"]


@differs(
    "google",
    "Refuses to order by descending `__name__`.",
    "firebase.google.com/docs/firestore/query-data/order-limit-data",
)
def test_an_order_by_id_may_descend(numbers) -> None:
    found = ids(numbers.order_by("__name__", direction=Query.DESCENDING))
    assert found == ["without", "d", "c", "b", "a"]
