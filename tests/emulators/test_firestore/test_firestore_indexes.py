"""Index enforcement: what the cloud refuses for want of a composite index fails here too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from google.api_core.exceptions import FailedPrecondition
from google.cloud.firestore import Client, FieldFilter, Or
from google.cloud.firestore_v1.base_vector_query import DistanceMeasure
from google.cloud.firestore_v1.vector import Vector

from tests.emulators.test_firestore.conftest import run, running

MANIFEST = """
indexes:
  - {collection: books, fields: [genre, -published]}
  - {collection: books, fields: [author, -published]}
  - {collection: books, fields: [genre, pages]}
  - {collection: books, fields: [genre], scope: COLLECTION_GROUP}
"""
Ask = Callable[[Client], Any]


@pytest.fixture(scope="module")
def enforcing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    manifest: Path = tmp_path_factory.mktemp("manifest") / "services.yaml"
    manifest.write_text(MANIFEST)
    with running("--manifest", manifest) as emulator:
        yield emulator.client()


def equal(field: str, value: object = 1) -> FieldFilter:
    return FieldFilter(field, "==", value)


def books(db: Client, *filters: Any) -> Any:
    query = db.collection("books")
    for one in filters:
        query = query.where(filter=one)
    return query


def group(db: Client, *filters: Any) -> Any:
    query = db.collection_group("books")
    for one in filters:
        query = query.where(filter=one)
    return query


@pytest.mark.parametrize(
    "ask",
    [
        books,
        lambda db: books(db, equal("a"), equal("b"), FieldFilter("tags", "array_contains", 1)),
        lambda db: books(db, FieldFilter("pages", ">", 1), FieldFilter("pages", "<", 9)),
        lambda db: books(db).order_by("pages", direction="DESCENDING"),
        lambda db: books(db, equal("a")).order_by("a"),
        lambda db: books(db, equal("genre")).order_by("published", direction="DESCENDING"),
        lambda db: books(db, equal("genre"), equal("author")).order_by(
            "published", direction="DESCENDING"
        ),
        lambda db: books(db, equal("genre"), FieldFilter("pages", ">", 1)),
        lambda db: books(db, FieldFilter("genre", "in", [1, 2])).order_by("pages"),
        group,
        lambda db: group(db, equal("genre")),
    ],
)
def test_a_query_that_has_its_index_is_answered(enforcing: Client, ask: Ask) -> None:
    assert list(ask(enforcing).stream()) == []


@pytest.mark.parametrize(
    "ask, entry",
    [
        (
            lambda db: books(db, equal("genre")).order_by("published"),
            "{collection: books, fields: [genre, published]}",
        ),
        (
            lambda db: books(db, equal("author"), FieldFilter("pages", ">", 1)),
            "{collection: books, fields: [author, pages]}",
        ),
        (
            lambda db: books(db, equal("genre"), equal("shelf")).order_by("pages"),
            "{collection: books, fields: [genre, shelf, pages]}",
        ),
        (
            lambda db: books(db).order_by("pages").order_by("published", direction="DESCENDING"),
            "{collection: books, fields: [pages, -published]}",
        ),
        (
            lambda db: books(db, Or([equal("genre"), equal("shelf")])).order_by("pages"),
            "{collection: books, fields: [shelf, pages]}",
        ),
        (
            lambda db: group(db, equal("author")),
            "{collection: books, fields: [author], scope: COLLECTION_GROUP}",
        ),
        (
            lambda db: group(db).order_by("pages"),
            "{collection: books, fields: [pages], scope: COLLECTION_GROUP}",
        ),
    ],
)
def test_a_query_without_its_index_names_the_entry_to_add(
    enforcing: Client, ask: Ask, entry: str
) -> None:
    with pytest.raises(FailedPrecondition, match="requires an index") as refused:
        list(ask(enforcing).stream())
    assert refused.value.message.endswith(entry)


def test_aggregations_need_indexes_too(enforcing: Client) -> None:
    books(enforcing, equal("genre")).sum("pages").get()
    with pytest.raises(FailedPrecondition, match=r"\[author, pages\]"):
        books(enforcing, equal("author")).sum("pages").get()


def test_a_vector_search_without_a_vector_index_is_refused(enforcing: Client) -> None:
    search = enforcing.collection("books").find_nearest(
        "embedding", Vector([1.0]), limit=1, distance_measure=DistanceMeasure.COSINE
    )
    with pytest.raises(FailedPrecondition, match="vector index"):
        list(search.stream())


def test_a_listener_without_its_index_is_refused(enforcing: Client) -> None:
    query = books(enforcing, equal("author")).order_by("pages")._to_protobuf()
    parent = f"{enforcing._database_string}/documents"
    target = {"target_id": 5, "query": {"parent": parent, "structured_query": query}}
    request = {"database": enforcing._database_string, "add_target": target}
    added, removed = enforcing._firestore_api.listen(iter([request]))
    assert added.target_change.target_ids == removed.target_change.target_ids == [5]
    assert "[author, pages]" in removed.target_change.cause.message


@pytest.mark.parametrize("text", ["indexes: [{fields: [a]}]", "indexes: [", "- just a list"])
def test_a_manifest_that_is_wrong_ends_it_in_one_line(tmp_path: Path, text: str) -> None:
    manifest = tmp_path / "services.yaml"
    manifest.write_text(text)
    ended = run("--firestore-port", "0", "--manifest", str(manifest))
    assert ended.returncode == 1
    assert ended.stderr.startswith("emulators: ")
    assert "Traceback" not in ended.stderr
