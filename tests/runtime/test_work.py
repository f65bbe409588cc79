"""The unit of work: decisions hold for what was read, and all of it is written or none."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest

from shared.cloud import firestore
from shared.cloud.firestore import Contention
from shared.contracts.base import Model, Record
from shared.runtime import Service, Store, Work
from tests.runtime.orders import TOPICS, Order, OrderPlaced, Stock, order

WRITERS = 10


class OnCall(Record):
    """A doctor on call; one must remain (the textbook's example of write skew)."""

    collection: ClassVar[str] = "on_call"

    present: bool = True


def test_nothing_is_written_before_the_commit_and_all_of_it_after(tenant):
    work = Work(tenant)
    first, second = work.create(order()), work.create(order())
    store = Store(tenant)
    assert store.all(Order) == []
    work.commit()
    assert {found.id for found in store.all(Order)} == {first.id, second.id}


def test_a_lost_update_is_impossible(tenant):
    Store(tenant).save(Stock(id="all"))
    works = [Work(tenant), Work(tenant)]
    for work in works:
        stock = work.get(Stock, "all")
        work.put(stock.model_copy(update={"orders": stock.orders + 1}))
    works[0].commit()
    with pytest.raises(Contention):
        works[1].commit()
    assert Store(tenant).get(Stock, "all").orders == 1


def test_write_skew_is_impossible(tenant):
    """Each takes the other's presence for granted: what was only read is guarded too."""
    for name in ("ann", "bob"):
        Store(tenant).save(OnCall(id=name))
    works = {"ann": Work(tenant), "bob": Work(tenant)}
    for name, work in works.items():
        both = {other: work.get(OnCall, other) for other in works}
        assert all(one.present for one in both.values())
        work.put(both[name].model_copy(update={"present": False}))
    works["ann"].commit()
    with pytest.raises(Contention):
        works["bob"].commit()


def test_what_was_found_absent_must_still_be_absent(tenant):
    work = Work(tenant)
    assert work.find(OnCall, "ann") is None
    work.create(order())
    Store(tenant).save(OnCall(id="ann"))
    with pytest.raises(Contention):
        work.commit()
    assert Store(tenant).all(Order) == []


def test_reading_alone_disturbs_nobody(tenant):
    Store(tenant).save(Stock(id="all"))
    _, before = Store(tenant).find_versioned(Stock, "all")
    reading, writing = Work(tenant), Work(tenant)
    reading.get(Stock, "all")
    writing.get(Stock, "all")
    writing.create(order())
    writing.commit()
    reading.commit()
    assert Store(tenant).find_versioned(Stock, "all")[1] == before


def test_a_failed_guard_writes_nothing_at_all(tenant, bus, monkeypatch):
    work = Work(tenant)
    work.create(order("ord_1"))
    work.create(order("ord_2"))
    work.publish(OrderPlaced(order_id="ord_1"))
    Store(tenant).save(order("ord_2"))
    with pytest.raises(Contention):
        work.commit()
    assert Store(tenant).find(Order, "ord_1") is None
    assert bus.received() == []


def test_changing_what_a_read_returned_changes_no_later_read(tenant):
    Store(tenant).save(Stock(id="all"))
    work = Work(tenant)
    work.get(Stock, "all").orders = 99
    assert work.get(Stock, "all").orders == 0


def test_ids_repeat_only_under_the_same_key(tenant):
    made = {Work(tenant).new_id("ord") for _ in range(100)}
    assert len(made) == 100


class Name(Model):
    name: str


@pytest.fixture
def crowd(serve, signer, tenant, service_name):
    """A service with one contended record, and a function that asks it from many threads."""
    service = Service(service_name, keys=signer.jwks)

    @service.post("/v1/count")
    def count(work: Work) -> Stock:
        stock = work.find(Stock, "all") or Stock(id="all")
        return work.put(stock.model_copy(update={"orders": stock.orders + 1}))

    @service.post("/v1/names", status=201)
    def claim(name: Name, work: Work) -> Stock:
        return work.create(Stock(id=name.name))

    app = serve(service).application
    token = {"Authorization": f"Bearer {signer.token(tenant, service_name)}"}
    together = threading.Barrier(WRITERS)

    def ask(path, body):
        together.wait()
        return app.test_client().post(path, json=body, headers=token)

    def all_at_once(path, body=None):
        with ThreadPoolExecutor(WRITERS) as pool:
            return list(pool.map(lambda _: ask(path, body), range(WRITERS)))

    return all_at_once


def test_ten_writers_of_one_record_all_get_through(crowd, tenant):
    answers = crowd("/v1/count")
    assert [answer.status_code for answer in answers] == [200] * WRITERS
    assert sorted(answer.get_json()["orders"] for answer in answers) == list(range(1, WRITERS + 1))
    assert Store(tenant).get(Stock, "all").revision == WRITERS


def test_of_ten_who_create_the_same_record_one_does(crowd, tenant):
    answers = crowd("/v1/names", {"name": "main"})
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * (WRITERS - 1)
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.get_json()["detail"] == "There is such a stock already."


def test_events_are_published_once_the_work_is_committed(tenant, bus):
    work = Work(tenant)
    work.publish(OrderPlaced(order_id="ord_1"))
    assert bus.received() == []
    work.commit()
    (message,) = bus.received()
    assert message["data"] == b'{"order_id":"ord_1"}'
    assert message["attributes"]["ce-type"] == TOPICS[0]
    assert message["attributes"]["ce-specversion"] == "1.0"


@pytest.fixture
def store_away(monkeypatch):
    """No store at the address where it should be."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", f"127.0.0.1:{port}")
    firestore._client.cache_clear()
    yield
    firestore._client.cache_clear()


@pytest.mark.timeout(30)
@pytest.mark.parametrize("path", ["/v1/orders/ord_1", "/v1/orders", "/readyz"])
def test_reading_from_a_store_that_is_away_is_503_when_the_deadline_is_over(door, store_away, path):
    """The client's own patience would be five minutes."""
    answer = door("GET", path, headers={"X-Deadline-Ms": "300"})
    assert answer.status_code == 503


@pytest.mark.timeout(30)
def test_writing_to_a_store_that_is_away_is_503(door, store_away):
    answer = door("POST", "/v1/keys", headers={"X-Deadline-Ms": "300"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
