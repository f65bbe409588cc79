"""Names of documents and collections."""

from __future__ import annotations

import pytest
from google.api_core.exceptions import InvalidArgument
from google.cloud.firestore import Client


@pytest.mark.parametrize("document_id", ["é", "a b", "日本", "a.b", "%20", "x" * 1500, "-1", "__x"])
def test_a_document_id_may_be(db: Client, document_id: str) -> None:
    reference = db.collection("a").document(document_id)
    reference.set({"x": 1})
    assert [each.id for each in db.collection("a").stream()] == [document_id]


@pytest.mark.parametrize("document_id", ["__reserved__", "x" * 1501])
def test_a_document_id_may_not_be(db: Client, document_id: str) -> None:
    with pytest.raises(InvalidArgument):
        db.collection("a").document(document_id).set({"x": 1})


@pytest.mark.parametrize("document_id", [".", ".."])
def test_a_document_id_may_not_be_a_path_step(db: Client, document_id: str) -> None:
    with pytest.raises(InvalidArgument):
        db.collection("a").document(document_id).set({"x": 1})


def test_a_reserved_collection_id_is_refused(db: Client) -> None:
    with pytest.raises(InvalidArgument):
        db.collection("__reserved__").document("1").set({"x": 1})


@pytest.mark.parametrize("path", ["", "/a", "/a/1/b", "/a//b/1"])
def test_a_name_that_is_no_document_is_refused(db: Client, path: str) -> None:
    name = f"{db._database_string}/documents{path}"
    with pytest.raises(InvalidArgument):
        db._firestore_api.get_document(request={"name": name})
