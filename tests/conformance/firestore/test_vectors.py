"""Nearest neighbours."""

from __future__ import annotations

import math

import pytest
from google.api_core.exceptions import InvalidArgument
from google.cloud.firestore import Client, FieldFilter
from google.cloud.firestore_v1.base_vector_query import DistanceMeasure
from google.cloud.firestore_v1.vector import Vector

EUCLIDEAN, COSINE, DOT = (
    DistanceMeasure.EUCLIDEAN,
    DistanceMeasure.COSINE,
    DistanceMeasure.DOT_PRODUCT,
)
POINTS = {"a": [1.0, 0.0], "b": [0.0, 2.0], "c": [3.0, 3.0], "d": [-1.0, 0.5]}


@pytest.fixture
def points(db: Client):
    for name, point in POINTS.items():
        db.document(f"points/{name}").set({"v": Vector(point), "even": name in "bd"})
    db.document("points/other").set({"v": "no vector"})
    db.document("points/long").set({"v": Vector([1.0, 2.0, 3.0])})
    return db.collection("points")


def nearest(points, measure: DistanceMeasure, limit: int = 10, **options: object):
    return points.find_nearest(
        "v", Vector([1.0, 1.0]), limit, measure, distance_result_field="d", **options
    )


@pytest.mark.parametrize(
    "measure, order",
    [(EUCLIDEAN, "abdc"), (COSINE, "cabd"), (DOT, "cbad")],
    ids=["euclidean", "cosine", "dot product"],
)
def test_the_nearest_come_first(points, measure: DistanceMeasure, order: str) -> None:
    found = [each.id for each in nearest(points, measure).stream()]
    assert found == list(order)


@pytest.mark.parametrize(
    "measure, distance",
    [(EUCLIDEAN, math.sqrt(8)), (COSINE, 0.0), (DOT, 6.0)],
    ids=["euclidean", "cosine", "dot product"],
)
def test_the_distance_is_given(points, measure: DistanceMeasure, distance: float) -> None:
    distances = {each.id: each.get("d") for each in nearest(points, measure).stream()}
    assert distances["c"] == pytest.approx(distance, abs=1e-9)


def test_only_so_many_are_given(points) -> None:
    assert [each.id for each in nearest(points, COSINE, 2).stream()] == ["c", "a"]


@pytest.mark.parametrize(
    "measure, threshold, found",
    [(EUCLIDEAN, 1.5, "ab"), (COSINE, 0.5, "cab"), (DOT, 1.5, "cb")],
    ids=["euclidean", "cosine", "dot product"],
)
def test_a_threshold_cuts_what_is_far(points, measure, threshold: float, found: str) -> None:
    query = nearest(points, measure, distance_threshold=threshold)
    assert "".join(each.id for each in query.stream()) == found


def test_a_filter_goes_first(points) -> None:
    filtered = points.where(filter=FieldFilter("even", "==", True))
    assert [each.id for each in nearest(filtered, EUCLIDEAN).stream()] == ["b", "d"]


def test_a_collection_group_is_searched(db: Client, points) -> None:
    db.document("x/1/points/e").set({"v": Vector([1.0, 1.0])})
    group = db.collection_group("points")
    found = nearest(group, EUCLIDEAN, 1).stream()
    assert [each.id for each in found] == ["e"]


def test_a_projection_keeps_the_distance(points) -> None:
    query = nearest(points.select(["even", "d"]), EUCLIDEAN, 1)
    (found,) = query.stream()
    assert set(found.to_dict()) == {"even", "d"}


@pytest.mark.parametrize("limit", [0, 1001])
def test_a_limit_is_from_1_to_1000(points, limit: int) -> None:
    with pytest.raises((InvalidArgument, ValueError)):
        list(nearest(points, EUCLIDEAN, limit).stream())


def test_a_vector_of_over_2048_dimensions_is_refused(db: Client) -> None:
    with pytest.raises((InvalidArgument, ValueError)):
        db.document("points/1").set({"v": Vector([1.0] * 2049)})


def test_a_vector_of_2048_dimensions_is_stored(db: Client) -> None:
    db.document("points/1").set({"v": Vector([1.0] * 2048)})
    assert db.document("points/1").get().get("v") == Vector([1.0] * 2048)
