"""Field transforms: server time, numbers, arrays."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from google.cloud.firestore import (
    SERVER_TIMESTAMP,
    ArrayRemove,
    ArrayUnion,
    Client,
    Increment,
    Maximum,
    Minimum,
)

MAX, MIN = 2**63 - 1, -(2**63)


def test_the_server_time_is_now_in_whole_milliseconds(db: Client) -> None:
    db.document("a/1").set({"t": SERVER_TIMESTAMP})
    time = db.document("a/1").get().get("t")
    assert abs(datetime.now(UTC) - time) < timedelta(minutes=1)
    assert time.microsecond % 1000 == 0


def test_all_server_times_of_a_batch_are_equal(db: Client) -> None:
    batch = db.batch()
    for n in range(3):
        batch.set(db.document(f"a/{n}"), {"t": SERVER_TIMESTAMP, "u": {"v": SERVER_TIMESTAMP}})
    batch.commit()
    times = [each.to_dict() for each in db.collection("a").stream()]
    assert len({each["t"] for each in times} | {each["u"]["v"] for each in times}) == 1


def described(value: object) -> str:
    """A transform, or what it starts from or results in, as the name of a check has it."""
    return f"{type(value).__name__} {getattr(value, 'value', getattr(value, 'values', value))}"


@pytest.mark.parametrize(
    "start, transform, result",
    [
        (5, Increment(2), 7),
        (5, Increment(-7), -2),
        (5, Increment(0.5), 5.5),
        (0.5, Increment(1), 1.5),
        ("text", Increment(2), 2),
        (None, Increment(2), 2),
        (MAX, Increment(1), MAX),
        (MIN, Increment(-1), MIN),
        (5, Maximum(7), 7),
        (5, Maximum(3), 5),
        (5, Maximum(5.5), 5.5),
        (5, Maximum(5.0), 5),
        (5.0, Maximum(5), 5.0),
        ("text", Maximum(3), 3),
        (5, Minimum(7), 5),
        (5, Minimum(3), 3),
        (5, Minimum(4.5), 4.5),
        (0, Minimum(-0.0), 0),
        ("text", Minimum(3), 3),
        ([1, 2], ArrayUnion([2, 3, 3]), [1, 2, 3]),
        ([1, 1], ArrayUnion([2]), [1, 1, 2]),
        ([1], ArrayUnion([1.0]), [1]),
        ("text", ArrayUnion([1]), [1]),
        ([{"x": 1}], ArrayUnion([{"x": 1}, {"x": 2}]), [{"x": 1}, {"x": 2}]),
        ([1, 2, 1, 3], ArrayRemove([1]), [2, 3]),
        ([1.0, 2], ArrayRemove([1]), [2]),
        ("text", ArrayRemove([1]), []),
        ([None, 1], ArrayRemove([None]), [1]),
    ],
    ids=described,
)
def test_a_transform_of_a_field(db: Client, start, transform, result) -> None:
    db.document("a/1").set({"v": start})
    db.document("a/1").update({"v": transform})
    got = db.document("a/1").get().get("v")
    assert (got, type(got)) == (result, type(result))


@pytest.mark.parametrize(
    "transform, result",
    [(Increment(2), 2), (Maximum(2), 2), (Minimum(2.5), 2.5), (ArrayRemove([1]), [])],
    ids=["increment", "maximum", "minimum", "remove"],
)
def test_a_transform_of_a_field_that_is_not_there(db: Client, transform, result) -> None:
    db.document("a/1").set({"w": transform})
    assert db.document("a/1").get().to_dict() == {"w": result}


def test_a_double_that_is_incremented_may_overflow_to_infinity(db: Client) -> None:
    db.document("a/1").set({"v": 1.7e308})
    db.document("a/1").update({"v": Increment(1.7e308)})
    assert db.document("a/1").get().get("v") == math.inf


def test_not_a_number_wins_a_maximum(db: Client) -> None:
    db.document("a/1").set({"v": math.nan})
    db.document("a/1").update({"v": Maximum(3)})
    assert math.isnan(db.document("a/1").get().get("v"))


def test_a_transform_answers_with_its_result(db: Client) -> None:
    db.document("a/1").set({"n": 1})
    batch = db.batch()
    batch.update(db.document("a/1"), {"n": Increment(2), "l": ArrayUnion([1])})
    (written,) = batch.commit()
    results = {each._pb.WhichOneof("value_type"): each for each in written.transform_results}
    assert set(results) == {"integer_value", "null_value"}
    assert results["integer_value"].integer_value == 3


def test_a_transform_that_changes_nothing_keeps_the_update_time(db: Client) -> None:
    made = db.document("a/1").set({"n": 1}).update_time
    assert db.document("a/1").update({"n": Increment(0)}).update_time == made
    assert db.document("a/1").get().update_time == made


def test_a_transform_alone_makes_a_document(db: Client) -> None:
    db.document("a/1").set({"t": SERVER_TIMESTAMP}, merge=True)
    assert set(db.document("a/1").get().to_dict()) == {"t"}


def test_a_transform_reaches_into_a_map(db: Client) -> None:
    db.document("a/1").set({"m": {"n": 1, "k": 1}})
    db.document("a/1").update({"m.n": Increment(1), "p.q": Increment(5)})
    assert db.document("a/1").get().to_dict() == {"m": {"n": 2, "k": 1}, "p": {"q": 5}}


def test_two_increments_of_a_batch_add_up(db: Client) -> None:
    batch = db.batch()
    for _ in range(2):
        batch.set(db.document("a/1"), {"n": Increment(1)}, merge=True)
    batch.commit()
    assert db.document("a/1").get().get("n") == 2


def test_an_update_and_transforms_apply_in_order(db: Client) -> None:
    db.document("a/1").set({"x": 1, "l": [1]})
    db.document("a/1").update({"x": 2, "l": ArrayUnion([2]), "t": SERVER_TIMESTAMP})
    got = db.document("a/1").get().to_dict()
    assert (got["x"], got["l"]) == (2, [1, 2])
