"""What could not be published at once waits in the outbox until the tick sweeps it."""

import pytest

from shared.cloud import firestore, pubsub
from shared.contracts.base import new_id
from shared.runtime import Service, Work
from shared.runtime.outbox import Outgoing
from tests.runtime.orders import Order, OrderPlaced, OrderShipped


@pytest.fixture
def down(monkeypatch):
    """The bus is down while the context lasts."""

    def refuse(*_, **__):
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(pubsub, "publish", refuse)
        yield patch.undo


def left(door):
    entries = firestore.client().collection(f"services/{door.orders.service.name}/outbox")
    return len(list(entries.stream()))


def test_an_event_waits_while_the_bus_is_down(door, bus, clock, down):
    assert door("POST", "/v1/orders", {"item": "tea"}).status_code == 201
    clock.forward(seconds=6)
    assert door.tick().status_code == 204
    assert left(door) == 1
    down()
    assert door.tick().status_code == 204
    assert (left(door), len(bus.received())) == (0, 1)


def test_the_tick_sweeps_all_tenants(door, clock, down):
    for tenant in (door.tenant, new_id("ten")):
        door.tenant = tenant
        door("POST", "/v1/orders", {"item": "tea"})
    down()
    clock.forward(seconds=6)
    door.tick()
    assert left(door) == 0


def test_young_entries_are_left_to_their_request(door, bus, clock, down):
    door("POST", "/v1/orders", {"item": "tea"})
    down()
    clock.forward(seconds=4)
    door.tick()
    assert (left(door), bus.received()) == (1, [])


def test_other_services_entries_are_left_to_them(door, serve, orders, clock, down):
    door("POST", "/v1/orders", {"item": "tea"})
    down()
    clock.forward(seconds=6)
    other = serve(Service("another-service", keys=str)).post(
        "/events?token=push-token",
        json={"message": {"attributes": {"ce-type": "runtime.tick.v1"}}},
    )
    assert (other.status_code, left(door)) == (204, 1)


def test_a_topic_that_takes_nothing_holds_up_no_other(door, bus, clock, down):
    work = Work(door.tenant)
    nowhere = "tests.a-topic-nobody-made.v1"
    work.forward(Outgoing(new_id("evt"), door.orders.service.name, nowhere, "{}", {}))
    work.commit()
    door.push(OrderPlaced(order_id="ord_1"))
    down()
    clock.forward(seconds=6)
    door.tick()
    assert [m["attributes"]["ce-type"] for m in bus.received()] == [OrderShipped.type]


def test_many_and_large_events_are_swept_in_parts(door, bus, clock, down, monkeypatch):
    for _ in range(5):
        door("POST", "/v1/orders", {"item": "tea"})
    down()
    sizes = []
    real = pubsub.publish

    def publish(topic, messages, timeout):
        sizes.append(len(messages))
        real(topic, messages, timeout)

    monkeypatch.setattr(pubsub, "publish", publish)
    monkeypatch.setattr("shared.runtime.outbox.PUBLISH_BYTES", 120)
    clock.forward(seconds=6)
    door.tick()
    assert sizes == [2, 2, 1]
    assert len(door.store.all(Order)) == len(bus.received()) == 5
