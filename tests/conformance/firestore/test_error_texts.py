"""Texts of errors that applications and the client library look for."""

from __future__ import annotations

import pytest
from google.api_core.exceptions import AlreadyExists, InvalidArgument, NotFound
from google.cloud.firestore import Client

from tests.conformance.differences import differs


@differs(
    "google",
    "The error names the entity, not the document.",
    "the service's text, which clients match",
)
def test_updating_a_missing_document_names_it(db: Client) -> None:
    reference = db.document("a/1")
    with pytest.raises(NotFound) as refused:
        reference.update({"x": 1})
    assert refused.value.message == f"No document to update: {reference._document_path}"


@differs(
    "google",
    "The error names the entity, not the document.",
    "the service's text, which clients match",
)
def test_creating_an_existing_document_names_it(db: Client) -> None:
    reference = db.document("a/1")
    reference.create({})
    with pytest.raises(AlreadyExists) as refused:
        reference.create({})
    assert refused.value.message == f"Document already exists: {reference._document_path}"


@differs("google", "The error has parentheses for quotation marks.", "the service's text")
def test_getting_a_missing_document_names_it(db: Client) -> None:
    name = db.document("a/1")._document_path
    with pytest.raises(NotFound) as refused:
        db._firestore_api.get_document(request={"name": name})
    assert refused.value.message == f'Document "{name}" not found.'


def test_a_transaction_nobody_began_is_said_to_be_invalid(db: Client) -> None:
    request = {"database": db._database_string, "transaction": b"nobody began this"}
    with pytest.raises(InvalidArgument, match=r"[Tt]ransaction"):
        db._firestore_api.commit(request=request)


def test_two_aggregations_of_one_name_are_said_to_be_duplicates(db: Client) -> None:
    query = db.collection("a").count(alias="n").count(alias="n")
    with pytest.raises(InvalidArgument, match="Aggregation aliases contain duplicate alias"):
        query.get()


def test_an_aggregation_of_nothing_is_said_to_be_empty(db: Client) -> None:
    with pytest.raises(InvalidArgument, match="Aggregations can not be empty"):
        list(
            db._firestore_api.run_aggregation_query(
                request={
                    "parent": f"{db._database_string}/documents",
                    "structured_aggregation_query": {
                        "structured_query": {"from": [{"collection_id": "a"}]}
                    },
                }
            )
        )
