"""Documents: written, read, listed, deleted."""

from __future__ import annotations

import re

import pytest
from google.api_core.exceptions import AlreadyExists, NotFound
from google.cloud.firestore import Client


def test_a_document_is_read_as_it_was_set(db: Client) -> None:
    db.document("a/1").set({"name": "Ann", "age": 41})
    assert db.document("a/1").get().to_dict() == {"name": "Ann", "age": 41}


def test_a_document_that_never_was_does_not_exist(db: Client) -> None:
    snapshot = db.document("a/none").get()
    assert (snapshot.exists, snapshot.to_dict()) == (False, None)
    assert snapshot.read_time is not None


def test_the_raw_get_of_a_missing_document_is_not_found(db: Client) -> None:
    name = db.document("a/none")._document_path
    with pytest.raises(NotFound):
        db._firestore_api.get_document(request={"name": name})


def test_an_empty_document_exists(db: Client) -> None:
    db.document("a/1").set({})
    snapshot = db.document("a/1").get()
    assert (snapshot.exists, snapshot.to_dict()) == (True, {})


def test_set_replaces_the_whole_document(db: Client) -> None:
    db.document("a/1").set({"x": 1, "y": 1})
    db.document("a/1").set({"y": 2})
    assert db.document("a/1").get().to_dict() == {"y": 2}


def test_create_makes_a_document(db: Client) -> None:
    db.document("a/1").create({"x": 1})
    assert db.document("a/1").get().to_dict() == {"x": 1}


def test_create_refuses_a_document_that_exists(db: Client) -> None:
    db.document("a/1").create({"x": 1})
    with pytest.raises(AlreadyExists):
        db.document("a/1").create({"x": 2})
    assert db.document("a/1").get().to_dict() == {"x": 1}


def test_update_refuses_a_document_that_does_not_exist(db: Client) -> None:
    with pytest.raises(NotFound):
        db.document("a/1").update({"x": 1})
    assert not db.document("a/1").get().exists


def test_update_leaves_other_fields_alone(db: Client) -> None:
    db.document("a/1").set({"x": 1, "y": 1})
    db.document("a/1").update({"y": 2})
    assert db.document("a/1").get().to_dict() == {"x": 1, "y": 2}


def test_delete_removes_a_document(db: Client) -> None:
    db.document("a/1").set({"x": 1})
    db.document("a/1").delete()
    assert not db.document("a/1").get().exists


def test_deleting_what_does_not_exist_succeeds(db: Client) -> None:
    db.document("a/1").delete()
    assert not db.document("a/1").get().exists


def test_a_deleted_document_can_be_made_again(db: Client) -> None:
    first = db.document("a/1").create({"x": 1})
    db.document("a/1").delete()
    again = db.document("a/1").create({"x": 2})
    assert again.update_time > first.update_time
    assert db.document("a/1").get().create_time == again.update_time


def test_create_time_stays_and_update_time_moves(db: Client) -> None:
    made = db.document("a/1").set({"x": 1}).update_time
    changed = db.document("a/1").set({"x": 2}).update_time
    snapshot = db.document("a/1").get()
    assert (snapshot.create_time, snapshot.update_time) == (made, changed)
    assert changed > made


def test_a_write_that_changes_nothing_keeps_the_update_time(db: Client) -> None:
    made = db.document("a/1").set({"x": 1}).update_time
    assert db.document("a/1").set({"x": 1}).update_time == made
    assert db.document("a/1").get().update_time == made


def test_times_are_whole_microseconds(db: Client) -> None:
    db.document("a/1").set({"x": 1})
    assert db.document("a/1").get().update_time.nanosecond % 1000 == 0


def test_add_makes_an_id_of_20_letters_and_digits(db: Client) -> None:
    _, reference = db.collection("a").add({"x": 1})
    assert re.fullmatch("[A-Za-z0-9]{20}", reference.id)
    assert reference.get().to_dict() == {"x": 1}


def test_the_server_makes_an_id_where_none_is_given(db: Client) -> None:
    made = db._firestore_api.create_document(
        request={"parent": f"{db._database_string}/documents", "collection_id": "a"}
    )
    assert re.fullmatch("[A-Za-z0-9]{20}", made.name.rsplit("/", 1)[1])


def test_the_raw_create_refuses_a_document_that_exists(db: Client) -> None:
    request = {
        "parent": f"{db._database_string}/documents",
        "collection_id": "a",
        "document_id": "1",
    }
    db._firestore_api.create_document(request=request)
    with pytest.raises(AlreadyExists):
        db._firestore_api.create_document(request=request)


def test_the_raw_update_makes_a_missing_document(db: Client) -> None:
    name = db.document("a/1")._document_path
    document = {"name": name, "fields": {"x": {"integer_value": 1}}}
    db._firestore_api.update_document(request={"document": document})
    assert db.document("a/1").get().to_dict() == {"x": 1}


def test_the_raw_delete_honours_its_precondition(db: Client) -> None:
    request = {
        "name": db.document("a/1")._document_path,
        "current_document": {"exists": True},
    }
    with pytest.raises(NotFound):
        db._firestore_api.delete_document(request=request)


def test_get_all_tells_found_from_missing(db: Client) -> None:
    db.document("a/1").set({"x": 1})
    found = {each.id: each.exists for each in db.get_all([db.document("a/1"), db.document("a/2")])}
    assert found == {"1": True, "2": False}


def test_get_all_answers_once_for_a_document_named_twice(db: Client) -> None:
    db.document("a/1").set({"x": 1})
    assert len(list(db.get_all([db.document("a/1"), db.document("a/1")]))) == 1


def test_all_documents_of_a_batch_get_are_read_at_one_time(db: Client) -> None:
    references = [db.document(f"a/{n}") for n in range(5)]
    references[0].set({"x": 1})
    assert len({each.read_time for each in db.get_all(references)}) == 1


def test_a_subcollection_outlives_its_document(db: Client) -> None:
    db.document("a/1").set({})
    db.document("a/1/b/2").set({"x": 1})
    db.document("a/1").delete()
    assert db.document("a/1/b/2").get().to_dict() == {"x": 1}


def test_databases_of_two_names_are_apart(db: Client) -> None:
    other = Client(project=db.project, database="second")
    db.document("a/1").set({"x": 1})
    assert not other.document("a/1").get().exists
