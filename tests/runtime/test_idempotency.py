"""Idempotency-Key: a creating request runs once, however often it is sent."""

import io
import threading

import pytest

from shared.contracts.base import new_id
from shared.runtime import Problem
from shared.runtime.idempotency import StoredRequest
from tests.runtime.orders import Order, Stock

TEA = {"item": "tea"}


@pytest.fixture
def key() -> str:
    return new_id("key")


def answer(response):
    return (response.status_code, response.data, response.headers.get("ETag"))


def test_a_repeated_request_gets_the_first_answer_and_runs_no_second_time(door, key):
    first = door("POST", "/v1/orders", TEA, key=key)
    second = door("POST", "/v1/orders", TEA, key=key)
    assert answer(first) == answer(second)
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert door.orders.runs == 1
    assert len(door.store.all(Order)) == 1


def test_without_a_key_each_request_is_its_own(door):
    for _ in range(2):
        door("POST", "/v1/orders", TEA)
    assert len(door.store.all(Order)) == 2


def test_the_same_key_with_another_body_is_422(door, key):
    door("POST", "/v1/orders", TEA, key=key)
    other = door("POST", "/v1/orders", {"item": "milk"}, key=key)
    assert other.status_code == 422
    assert other.get_json()["type"] == "/problems/idempotency-key-reused"
    assert len(door.store.all(Order)) == 1


def test_while_the_first_still_runs_the_second_is_409(door, key):
    started, go_on = threading.Event(), threading.Event()

    def wait():
        started.set()
        assert go_on.wait(10)

    door.orders.interrupt = wait
    answers = []
    first = threading.Thread(
        target=lambda: answers.append(door("POST", "/v1/orders", TEA, key=key))
    )
    first.start()
    assert started.wait(10)
    second = door("POST", "/v1/orders", TEA, key=key)
    go_on.set()
    first.join()
    assert second.status_code == 409
    assert second.get_json()["type"] == "/problems/request-in-progress"
    assert second.headers["Retry-After"] == "1"
    assert answers[0].status_code == 201


def test_who_lost_the_lease_cannot_commit(door, key, clock):
    """The first is so slow that the second takes over: one order, and the second's answer."""
    answers = {}

    def slow():
        door.orders.interrupt = lambda: None
        clock.forward(seconds=6)
        answers["second"] = door("POST", "/v1/orders", TEA, key=key)

    door.orders.interrupt = slow
    answers["first"] = door("POST", "/v1/orders", TEA, key=key)
    assert answers["second"].status_code == 201
    assert answers["first"].get_json()["type"] == "/problems/request-in-progress"
    assert door.orders.runs == 2
    assert len(door.store.all(Order)) == 1
    assert door.store.get(Stock, "all").orders == 1
    assert door("POST", "/v1/orders", TEA, key=key).data == answers["second"].data


def test_who_lost_the_lease_cannot_even_publish(door, key, clock, bus):
    """Nothing but the lease itself is at stake between the two."""

    def upload():
        return door("POST", "/v1/files", data={"file": (io.BytesIO(b"%PDF"), "m.pdf")}, key=key)

    def slow():
        door.orders.interrupt = lambda: None
        clock.forward(seconds=6)
        assert upload().status_code == 201

    door.orders.interrupt = slow
    assert upload().status_code == 409
    assert len(bus.received()) == 1


def test_routes_resources_and_subjects_have_keys_of_their_own(door, key, signer, tenant, orders):
    colleague = signer.token(tenant, orders.service.name, sub="usr_2")
    made = [
        door("POST", "/v1/orders", TEA, key=key),
        door("POST", "/v1/customers/cus_1/orders", TEA, key=key),
        door("POST", "/v1/customers/cus_2/orders", TEA, key=key),
        door("POST", "/v1/orders", TEA, key=key, token=colleague),
    ]
    assert [one.status_code for one in made] == [201] * 4
    assert len({one.get_json()["id"] for one in made}) == 4


def test_an_expired_record_is_no_record(door, key, clock):
    first = door("POST", "/v1/orders", TEA, key=key)
    clock.forward(hours=25)
    second = door("POST", "/v1/orders", {"item": "milk"}, key=key)
    assert second.status_code == 201
    assert second.get_json()["id"] != first.get_json()["id"]


def test_a_failed_request_gives_its_key_back(door, key):
    for runs in (1, 2):
        refused = door("POST", "/v1/refused", TEA, key=key)
        assert (refused.status_code, door.orders.runs) == (409, runs)
    assert door.store.all(StoredRequest) == []


def test_a_broken_handler_gives_its_key_back_too(door, key):
    def broken():
        raise RuntimeError

    door.orders.interrupt = broken
    assert door("POST", "/v1/orders", TEA, key=key).status_code == 500
    door.orders.interrupt = lambda: None
    assert door("POST", "/v1/orders", TEA, key=key).status_code == 201


def test_an_invalid_body_does_not_use_up_the_key(door, key):
    assert door("POST", "/v1/orders", {}, key=key).status_code == 422
    assert door("POST", "/v1/orders", TEA, key=key).status_code == 201


def test_a_secret_is_neither_stored_nor_shown_again(door, key):
    first = door("POST", "/v1/keys", key=key)
    assert first.get_json() == {"text": "the secret"}
    assert all(record.body is None for record in door.store.all(StoredRequest))
    again = door("POST", "/v1/keys", key=key)
    assert again.status_code == 409
    assert b"the secret" not in again.data
    assert len(door.store.all(Stock)) == 1


def test_an_upload_is_the_same_under_another_boundary(door, key):
    def upload(boundary, content=b"%PDF"):
        form = (
            (
                f'--{boundary}\r\nContent-Disposition: form-data; name="title"\r\n\r\nMenu\r\n'
                f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="m.pdf"\r\n'
                f"Content-Type: application/pdf\r\n\r\n"
            ).encode()
            + content
            + f"\r\n--{boundary}--\r\n".encode()
        )
        kind = f"multipart/form-data; boundary={boundary}"
        return door("POST", "/v1/files", data=form, content_type=kind, key=key)

    assert upload("one").get_json() == {"text": "Menu:m.pdf:4"}
    assert upload("another").headers["Idempotent-Replayed"] == "true"
    assert door.orders.runs == 1
    assert upload("one", b"%PDF other").status_code == 422


def test_an_upload_that_runs_again_still_has_its_file(door, key):
    def upload():
        form = {"title": "Menu", "file": (io.BytesIO(b"%PDF"), "m.pdf")}
        return door("POST", "/v1/files", data=form, key=key)

    assert upload().get_json() == {"text": "Menu:m.pdf:4"}


def test_a_repeated_stream_is_pointed_to_what_was_said(door, key):
    assert door("POST", "/v1/stories", key=key).mimetype == "text/event-stream"
    again = door("POST", "/v1/stories", key=key)
    assert (again.status_code, again.headers["Location"]) == (303, "/v1/stories/1")
    assert door.orders.runs == 1


def test_a_key_of_more_than_255_characters_is_400(door):
    assert door("POST", "/v1/orders", TEA, key="k" * 256).status_code == 400
    assert door("POST", "/v1/orders", TEA, key="k" * 255).status_code == 201


def test_keys_are_not_taken_where_nothing_is_created(door, key):
    order_id = door("POST", "/v1/orders", TEA).get_json()["id"]
    for item in ("milk", "salt"):
        changed = door("PUT", f"/v1/orders/{order_id}", {"item": item}, key=key)
        assert changed.get_json()["item"] == item


def test_an_answer_that_got_lost_after_the_commit_is_replayed(door, key, monkeypatch):
    """The store commits, but its answer does not arrive: 503, and the truth on the next try."""
    from shared.cloud import firestore

    real = firestore.commit
    monkeypatch.setattr(
        firestore, "commit", lambda writes, timeout: lose_answer(real, writes, timeout)
    )
    assert door("POST", "/v1/orders", TEA, key=key).status_code == 503
    monkeypatch.setattr(firestore, "commit", real)
    replayed = door("POST", "/v1/orders", TEA, key=key)
    assert (replayed.status_code, door.orders.runs) == (201, 1)
    (only,) = door.store.all(Order)
    assert replayed.get_json()["id"] == only.id


def lose_answer(commit, writes, timeout):
    """Loses the answer to the commit of an order, which writes more than a lease."""
    from shared.cloud.firestore import StoreUnavailable

    committed = commit(writes, timeout)
    if len(writes) > 1:
        raise StoreUnavailable
    return committed


def test_a_key_whose_lease_could_not_be_made_is_no_trap(door, key, monkeypatch):
    from shared.runtime import handling

    def unavailable(*_):
        raise Problem("unavailable")

    with monkeypatch.context() as patch:
        patch.setattr(handling, "acquire", unavailable)
        assert door("POST", "/v1/orders", TEA, key=key).status_code == 503
    assert door("POST", "/v1/orders", TEA, key=key).status_code == 201
