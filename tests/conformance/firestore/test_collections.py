"""Listing collections and documents, collection groups, partitions."""

from __future__ import annotations

import pytest
from google.cloud.firestore import Client, FieldFilter, Query

from tests.conformance.differences import differs
from tests.conformance.firestore.test_queries import ids

TREE = ["a/1", "a/2", "a/2/kids/1", "a/3/kids/2", "b/1/kids/3", "kids/4", "a/1/kids/5/kids/6"]


@pytest.fixture
def tree(db: Client) -> Client:
    batch = db.batch()
    for path in TREE:
        batch.set(db.document(path), {"n": int(path[-1])})
    batch.commit()
    return db


def test_root_collections_are_listed(tree: Client) -> None:
    assert [each.id for each in tree.collections()] == ["a", "b", "kids"]


def test_collections_of_a_document_are_listed(tree: Client) -> None:
    assert [each.id for each in tree.document("a/2").collections()] == ["kids"]


def test_collections_of_a_missing_document_are_listed(tree: Client) -> None:
    assert [each.id for each in tree.document("a/3").collections()] == ["kids"]


def test_a_collection_is_gone_with_its_last_document(tree: Client) -> None:
    tree.document("a/2/kids/1").delete()
    assert list(tree.document("a/2").collections()) == []


def test_collections_come_in_pages(tree: Client) -> None:
    request = {"parent": f"{tree._database_string}/documents", "page_size": 2}
    listed = tree._firestore_api.list_collection_ids(request=request, metadata=tree._rpc_metadata)
    assert [list(page.collection_ids) for page in listed.pages] == [["a", "b"], ["kids"]]


def test_listed_documents_include_missing_ones_with_children(tree: Client) -> None:
    assert [each.id for each in tree.collection("a").list_documents()] == ["1", "2", "3"]


@differs(
    "google",
    "Gives a deleted one the time of its deletion as its update time.",
    "google.firestore.v1 ListDocumentsRequest.show_missing",
)
def test_listed_missing_documents_have_no_times(tree: Client) -> None:
    tree.document("a/2").delete()
    listed = tree._firestore_api.list_documents(
        request={
            "parent": f"{tree._database_string}/documents",
            "collection_id": "a",
            "show_missing": True,
        }
    )
    missing = [each for each in listed if not each.create_time]
    assert [(each.name[-1], each.update_time) for each in missing] == [("2", None), ("3", None)]


def test_listed_documents_without_missing_ones_are_what_exists(tree: Client) -> None:
    listed = tree._firestore_api.list_documents(
        request={"parent": f"{tree._database_string}/documents", "collection_id": "a"}
    )
    assert [each.name[-1] for each in listed] == ["1", "2"]


def test_documents_are_listed_in_pages(tree: Client) -> None:
    request = {
        "parent": f"{tree._database_string}/documents",
        "collection_id": "a",
        "page_size": 1,
    }
    pages = tree._firestore_api.list_documents(request=request).pages
    names = [[each.name[-1] for each in page.documents] for page in pages]
    assert [name for name in names if name] == [["1"], ["2"]]


def test_listed_documents_may_be_masked(tree: Client) -> None:
    listed = tree._firestore_api.list_documents(
        request={
            "parent": f"{tree._database_string}/documents",
            "collection_id": "a",
            "mask": {"field_paths": ["nothing"]},
        }
    )
    assert [dict(each.fields) for each in listed] == [{}, {}]


def test_a_collection_group_spans_the_database(tree: Client) -> None:
    found = [each.reference.path for each in tree.collection_group("kids").stream()]
    assert found == ["a/1/kids/5/kids/6", "a/2/kids/1", "a/3/kids/2", "b/1/kids/3", "kids/4"]


def test_a_collection_group_is_filtered_and_ordered(tree: Client) -> None:
    query = tree.collection_group("kids").where(filter=FieldFilter("n", ">", 2))
    assert ids(query.order_by("n", direction=Query.DESCENDING)) == ["6", "4", "3"]


def test_a_collection_group_may_be_below_a_document(tree: Client) -> None:
    query = {"from": [{"collection_id": "kids", "all_descendants": True}]}
    request = {"parent": tree.document("a/1")._document_path, "structured_query": query}
    found = [each.document.name for each in tree._firestore_api.run_query(request=request)]
    assert [name[-8:] for name in found] == ["5/kids/6"]


def test_a_collection_group_is_counted(tree: Client) -> None:
    assert tree.collection_group("kids").count().get()[0][0].value == 5


def test_recursive_delete_removes_what_is_below(tree: Client) -> None:
    tree.recursive_delete(tree.collection("a"))
    assert [each.id for each in tree.collections()] == ["b", "kids"]


@differs(
    "google",
    "PartitionQuery is not implemented.",
    "cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1 (PartitionQuery)",
)
def test_partitions_together_give_every_document_once(tree: Client) -> None:
    batch = tree.batch()
    for n in range(100):
        batch.set(tree.document(f"x/{n}/kids/{n}"), {"n": n})
    batch.commit()
    parts = list(tree.collection_group("kids").get_partitions(4))
    found = [each.reference.path for part in parts for each in part.query().stream()]
    assert len(parts) > 1
    assert found == [each.reference.path for each in tree.collection_group("kids").stream()]
