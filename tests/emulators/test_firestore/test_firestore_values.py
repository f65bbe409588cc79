"""Types of the Enterprise edition, which Google's emulator does not know, and transforms."""

from __future__ import annotations

import pytest
from google.api_core.exceptions import InvalidArgument
from google.cloud.firestore import Client
from google.cloud.firestore_v1.bson import (
    BSONBinary,
    BSONDecimal128,
    BSONInt32,
    BSONMaxKey,
    BSONMinKey,
    BSONObjectId,
    BSONRegex,
    BSONTimestamp,
)


def test_bson_values_are_ordered_among_the_others(db: Client) -> None:
    ordered = [
        None,
        BSONMinKey(),
        True,
        BSONInt32(1),
        1.5,
        BSONDecimal128("1.75"),
        2,
        BSONTimestamp(1, 2),
        "text",
        b"bytes",
        BSONBinary(b"a", subtype=128),
        BSONObjectId("507f191e810c19729de860ea"),
        BSONRegex("^a", options="i"),
        [1],
        {"a": 1},
        BSONMaxKey(),
    ]
    for n, value in enumerate(reversed(ordered)):
        db.document(f"a/{n}").set({"v": value})
    stored = [one.get("v") for one in db.collection("a").order_by("v").stream()]
    assert [type(value) for value in stored] == [type(value) for value in ordered]
    assert stored[-2:] == ordered[-2:]


@pytest.mark.parametrize(
    "value, problem",
    [
        (BSONRegex("a", options="l"), "Invalid regex option"),
        ({"__decimal128__": "one"}, "Invalid decimal128"),
        ({"__unknown__": 1}, "reserved"),
    ],
)
def test_a_malformed_bson_value_is_refused(db: Client, value: object, problem: str) -> None:
    with pytest.raises(InvalidArgument, match=problem):
        db.document("a/1").set({"v": value})


def test_each_of_two_transforms_of_a_field_answers_with_its_own_result(db: Client) -> None:
    db.document("a/1").set({"v": 2.0})
    name = db.document("a/1")._document_path
    transforms = [
        {"field_path": "v", "maximum": {"integer_value": 1}},
        {"field_path": "v", "remove_all_from_array": {"values": [{"integer_value": 1}]}},
    ]
    write = {"transform": {"document": name, "field_transforms": transforms}}
    request = {"database": db._database_string, "writes": [write]}
    (written,) = db._firestore_api.commit(request=request).write_results
    first, second = written.transform_results
    assert first.double_value == 2.0
    assert second._pb.WhichOneof("value_type") == "null_value"
    assert db.document("a/1").get().to_dict() == {"v": []}
