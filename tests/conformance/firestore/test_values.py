"""Values of every type: stored exactly, refused where they cannot be."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from google.api_core.datetime_helpers import DatetimeWithNanoseconds
from google.api_core.exceptions import InvalidArgument
from google.cloud.firestore import Client, GeoPoint
from google.cloud.firestore_v1.vector import Vector

VALUES = {
    "null": None,
    "true": True,
    "false": False,
    "zero": 0,
    "least integer": -(2**63),
    "greatest integer": 2**63 - 1,
    "double": 1.5,
    "tiny double": 5e-324,
    "infinity": math.inf,
    "minus infinity": -math.inf,
    "text": "héllo",
    "empty text": "",
    "text with a null": "a\0b",
    "astral text": "😀",
    "bytes": b"\x00\xff",
    "empty bytes": b"",
    "point": GeoPoint(41.5, -170.25),
    "empty list": [],
    "mixed list": [1, "a", None, 2.5],
    "list of maps": [{"x": [1]}, {}],
    "empty map": {},
    "deep map": {"a": {"b": {"c": 1}}},
    "map with odd keys": {"a.b": 1, "`": 2},
    "vector": Vector([1.0, -2.5]),
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_value_comes_back_as_it_went_in(db: Client, value: object) -> None:
    db.document("a/1").set({"v": value})
    got = db.document("a/1").get().get("v")
    assert got == value
    assert type(got) is type(value)


def test_not_a_number_comes_back(db: Client) -> None:
    db.document("a/1").set({"v": math.nan})
    assert math.isnan(db.document("a/1").get().get("v"))


def test_minus_zero_keeps_its_sign(db: Client) -> None:
    db.document("a/1").set({"v": -0.0})
    assert math.copysign(1, db.document("a/1").get().get("v")) == -1


def test_a_whole_double_stays_a_double(db: Client) -> None:
    db.document("a/1").set({"v": 2.0})
    assert isinstance(db.document("a/1").get().get("v"), float)


def test_a_time_keeps_microseconds(db: Client) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    db.document("a/1").set({"v": moment})
    assert db.document("a/1").get().get("v") == moment


def test_a_time_is_cut_to_microseconds(db: Client) -> None:
    moment = DatetimeWithNanoseconds(2026, 1, 2, 3, 4, 5, nanosecond=123456789, tzinfo=UTC)
    db.document("a/1").set({"v": moment})
    fields = db._firestore_api.get_document(request={"name": db.document("a/1")._document_path})
    assert fields._pb.fields["v"].timestamp_value.nanos == 123456000


def test_a_reference_comes_back_as_a_reference(db: Client) -> None:
    db.document("a/1").set({"v": db.document("b/2")})
    assert db.document("a/1").get().get("v").path == "b/2"


def test_a_list_directly_in_a_list_is_refused(db: Client) -> None:
    with pytest.raises(InvalidArgument):
        db.document("a/1").set({"v": [[1]]})


def test_a_list_in_a_map_in_a_list_is_stored(db: Client) -> None:
    db.document("a/1").set({"v": [{"w": [1]}]})
    assert db.document("a/1").get().get("v") == [{"w": [1]}]


@pytest.mark.parametrize("depth", [20])
def test_a_value_may_be_20_deep(db: Client, depth: int) -> None:
    value: object = 1
    for _ in range(depth):
        value = {"d": value}
    db.document("a/1").set(value)
    assert db.document("a/1").get().to_dict() == value


def test_a_value_may_not_be_deeper_than_20(db: Client) -> None:
    value: object = 1
    for _ in range(22):
        value = {"d": value}
    with pytest.raises(InvalidArgument):
        db.document("a/1").set(value)


@pytest.mark.parametrize("latitude, longitude", [(91, 0), (0, 181), (-91, 0)])
def test_a_point_outside_the_globe_is_refused(db: Client, latitude: int, longitude: int) -> None:
    fields = {"v": {"geo_point_value": {"latitude": latitude, "longitude": longitude}}}
    write = {"update": {"name": db.document("a/1")._document_path, "fields": fields}}
    with pytest.raises(InvalidArgument):
        db._firestore_api.commit(request={"database": db._database_string, "writes": [write]})


@pytest.mark.parametrize("key", ["__reserved__", "x" * 1501])
def test_a_field_name_may_not_be(db: Client, key: str) -> None:
    with pytest.raises(InvalidArgument):
        db.document("a/1").set({key: 1})


def test_an_empty_field_name_is_refused(db: Client) -> None:
    write = {
        "update": {
            "name": db.document("a/1")._document_path,
            "fields": {"": {"integer_value": 1}},
        }
    }
    with pytest.raises(InvalidArgument):
        db._firestore_api.commit(request={"database": db._database_string, "writes": [write]})


def test_a_value_without_a_type_is_refused(db: Client) -> None:
    write = {"update": {"name": db.document("a/1")._document_path, "fields": {"v": {}}}}
    with pytest.raises(InvalidArgument):
        db._firestore_api.commit(request={"database": db._database_string, "writes": [write]})
