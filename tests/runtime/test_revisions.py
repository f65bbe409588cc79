"""`If-Match` protects a change against changes its maker has not seen."""

import pytest


def change(door, order_id, match):
    headers = {"If-Match": match} if match else None
    return door("PUT", f"/v1/orders/{order_id}", {"item": "milk"}, headers=headers)


def test_the_current_revision_is_changed_and_moves_on(door):
    made = door("POST", "/v1/orders", {"item": "tea"})
    changed = change(door, made.get_json()["id"], made.headers["ETag"])
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')


def test_an_older_revision_is_412_and_changes_nothing(door):
    order_id = door("POST", "/v1/orders", {"item": "tea"}).get_json()["id"]
    assert change(door, order_id, '"1"').status_code == 200
    refused = door("PUT", f"/v1/orders/{order_id}", {"item": "salt"}, headers={"If-Match": '"1"'})
    assert refused.status_code == 412
    assert refused.get_json()["type"] == "/problems/revision-mismatch"
    assert door("GET", f"/v1/orders/{order_id}").get_json()["item"] == "milk"


@pytest.mark.parametrize("match", [None, "*"])
def test_without_a_revision_it_is_changed_as_it_is(door, match):
    order_id = door("POST", "/v1/orders", {"item": "tea"}).get_json()["id"]
    assert change(door, order_id, match).status_code == 200


def test_a_delete_obeys_it_too(door):
    order_id = door("POST", "/v1/orders", {"item": "tea"}).get_json()["id"]
    stale = {"If-Match": '"7"'}
    assert door("DELETE", f"/v1/orders/{order_id}", headers=stale).status_code == 412
    assert door("DELETE", f"/v1/orders/{order_id}").status_code == 204
    assert door("DELETE", f"/v1/orders/{order_id}").status_code == 404
