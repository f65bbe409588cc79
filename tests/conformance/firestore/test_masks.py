"""Updates of some fields: dotted paths, merges, deleted fields, masks of reads."""

from __future__ import annotations

import pytest
from google.api_core.exceptions import InvalidArgument
from google.cloud.firestore import DELETE_FIELD, Client
from google.cloud.firestore_v1.field_path import FieldPath

START = {"a": 1, "b": {"c": 2, "d": {"e": 3}}}


@pytest.fixture
def document(db: Client):
    reference = db.document("a/1")
    reference.set(START)
    return reference


@pytest.mark.parametrize(
    "change, result",
    [
        ({"b.c": 9}, {"a": 1, "b": {"c": 9, "d": {"e": 3}}}),
        ({"b.d.e": 9}, {"a": 1, "b": {"c": 2, "d": {"e": 9}}}),
        ({"b": {"x": 9}}, {"a": 1, "b": {"x": 9}}),
        ({"b.d": 9}, {"a": 1, "b": {"c": 2, "d": 9}}),
        ({"a.x": 9}, {"a": {"x": 9}, "b": {"c": 2, "d": {"e": 3}}}),
        ({"n.e.w": 9}, {**START, "n": {"e": {"w": 9}}}),
        ({"a": DELETE_FIELD}, {"b": START["b"]}),
        ({"b.c": DELETE_FIELD}, {"a": 1, "b": {"d": {"e": 3}}}),
        ({"b.d.e": DELETE_FIELD}, {"a": 1, "b": {"c": 2, "d": {}}}),
        ({"b.nothing": DELETE_FIELD}, START),
        ({"z.nothing": DELETE_FIELD}, START),
        ({"a.nothing": DELETE_FIELD}, START),
        ({"a": 7, "b.c": DELETE_FIELD, "b.x": 1}, {"a": 7, "b": {"d": {"e": 3}, "x": 1}}),
        ({FieldPath("od.d").to_api_repr(): 5}, {**START, "od.d": 5}),
        ({"b": {}}, {"a": 1, "b": {}}),
    ],
    ids=str,
)
def test_an_update_changes_what_it_names(document, change: dict, result: dict) -> None:
    document.update(change)
    assert document.get().to_dict() == result


@pytest.mark.parametrize(
    "data, merge, result",
    [
        ({"b": {"c": 9}}, True, {"a": 1, "b": {"c": 9, "d": {"e": 3}}}),
        ({"x": 9}, True, {**START, "x": 9}),
        ({"a": DELETE_FIELD}, True, {"b": START["b"]}),
        ({"b": {"d": {"e": DELETE_FIELD}}}, True, {"a": 1, "b": {"c": 2, "d": {}}}),
        ({"a": 9, "b": {"c": 9}}, ["a"], {"a": 9, "b": START["b"]}),
        ({"a": 9, "b": {"c": 9}}, ["b.c"], {"a": 1, "b": {"c": 9, "d": {"e": 3}}}),
        ({"b": {"c": 9}}, ["b"], {"a": 1, "b": {"c": 9}}),
    ],
    ids=str,
)
def test_a_merge_changes_what_it_names(document, data: dict, merge, result: dict) -> None:
    if isinstance(merge, list):
        data = {key: data[key] for key in data if any(m.split(".")[0] == key for m in merge)}
    document.set(data, merge=merge)
    assert document.get().to_dict() == result


def test_a_merge_makes_a_missing_document(db: Client) -> None:
    db.document("a/2").set({"x": {"y": 1}}, merge=True)
    assert db.document("a/2").get().to_dict() == {"x": {"y": 1}}


def test_an_empty_merge_makes_an_empty_document(db: Client) -> None:
    db.document("a/2").set({}, merge=True)
    assert db.document("a/2").get().to_dict() == {}


def test_a_merge_with_an_empty_map_keeps_the_other_map(document) -> None:
    document.set({"b": {}}, merge=True)
    assert document.get().to_dict() == {"a": 1, "b": {}}


def test_fields_outside_the_mask_are_not_written(db: Client) -> None:
    name = db.document("a/1")._document_path
    fields = {"x": {"integer_value": 1}, "y": {"integer_value": 1}}
    write = {"update": {"name": name, "fields": fields}, "update_mask": {"field_paths": ["x"]}}
    db._firestore_api.commit(request={"database": db._database_string, "writes": [write]})
    assert db.document("a/1").get().to_dict() == {"x": 1}


@pytest.mark.parametrize("path", ["", "a..b", ".a", "a.", "`a", "a b", "1a"])
def test_a_mask_path_that_is_none_is_refused(db: Client, path: str) -> None:
    name = db.document("a/1")._document_path
    write = {"update": {"name": name, "fields": {}}, "update_mask": {"field_paths": [path]}}
    with pytest.raises(InvalidArgument):
        db._firestore_api.commit(request={"database": db._database_string, "writes": [write]})


@pytest.mark.parametrize(
    "paths, result",
    [
        (["a"], {"a": 1}),
        (["b.c"], {"b": {"c": 2}}),
        (["b.d.e", "a"], {"a": 1, "b": {"d": {"e": 3}}}),
        (["nothing"], {}),
        (["b.nothing"], {}),
    ],
    ids=str,
)
def test_a_read_gives_the_fields_asked_for(document, paths: list[str], result: dict) -> None:
    assert document.get(field_paths=paths).to_dict() == result
