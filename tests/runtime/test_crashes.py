"""The process dies at every step of a request or event; after recovery all is as if it had not.

Recovery is what happens anyway: the client sends the request again under its key, Pub/Sub delivers
the event again, and the next tick sweeps the outbox.
"""

from collections import Counter

import pytest

from shared.cloud import firestore
from shared.contracts.base import new_id
from shared.runtime import DeadLetter, Store
from tests.runtime.crashes import Crash, Killed, dying, every_crash
from tests.runtime.orders import Order, OrderLost, OrderPlaced, OrderShipped, Shipment, Stock

TEA = {"item": "tea"}
ORDER_COMMIT = 3  # the steps of a request without a key: handler, file, commit, publish, forget


@pytest.fixture
def fresh(door, bus):
    """Gives the door to a tenant that nobody has used, for one more run of the same test."""

    def move():
        door.tenant = bus._tenant = new_id("ten")

    return move


def outbox(door):
    entries = firestore.client().collection(f"services/{door.orders.service.name}/outbox")
    return [entry.id for entry in entries.stream()]


def recover(door, clock, again):
    """The same again after the lease has lapsed, then the tick that sweeps; gives the answer."""
    clock.forward(seconds=6)
    answer = again()
    clock.forward(seconds=6)
    assert door.tick().status_code == 204
    return answer


def by_id(messages):
    """How many different events there are of each type, however often each was published."""
    envelopes = [message["attributes"] for message in messages]
    return Counter({each["ce-id"]: each["ce-type"] for each in envelopes}.values())


def test_a_request_that_dies_anywhere_makes_one_order_and_one_event(door, bus, clock, fresh, files):
    answers = []

    def run(crash):
        fresh()
        answers.clear()
        key = new_id("key")
        try:
            with dying(crash, door.orders):
                answers.append(door("POST", "/v1/orders", TEA, key=key).data)
        except Killed:
            pass
        answers.append(recover(door, clock, lambda: door("POST", "/v1/orders", TEA, key=key)).data)
        answers.append(door("POST", "/v1/orders", TEA, key=key).data)

    def check(crash):
        assert len(set(answers)) == 1
        (order,) = door.store.all(Order)
        assert f'"{order.id}"'.encode() in answers[0]
        written = [path for path in files if door.tenant in path]
        assert written == [f"tenants/{door.tenant}/receipts/{order.id}.json"]
        assert door.store.get(Stock, "all").orders == 1
        assert by_id(bus.received()) == {OrderPlaced.type: 1}
        assert outbox(door) == []

    assert every_crash(run, check) == 2 * 6  # lease, handler, file, commit, publish, forget


def test_an_event_whose_handling_dies_anywhere_is_handled_once(door, bus, clock, fresh, files):
    def run(crash):
        fresh()
        event, event_id = OrderPlaced(order_id="ord_1"), new_id("evt")
        try:
            with dying(crash, door.orders):
                assert door.push(event, event_id=event_id).status_code == 204
        except Killed:
            pass
        again = recover(door, clock, lambda: door.push(event, event_id=event_id))
        assert again.status_code == 204

    def check(crash):
        (shipment,) = door.store.all(Shipment)
        assert shipment.times == 1
        assert by_id(bus.received()) == {OrderShipped.type: 1}
        assert outbox(door) == []
        assert f"tenants/{door.tenant}/labels/ord_1.json" in files

    assert every_crash(run, check) == 2 * 5  # handler, file, commit, publish, forget


def test_an_event_given_up_is_given_up_once_wherever_it_dies(door, bus, clock, fresh):
    def run(crash):
        fresh()
        event, event_id = OrderPlaced(order_id="ord_1"), new_id("evt")

        def push():
            return door.push(event, event_id=event_id, path="/dead-letters")

        try:
            with dying(crash, door.orders):
                push()
        except Killed:
            pass
        assert recover(door, clock, push).status_code == 204

    def check(crash):
        assert len(door.store.all(DeadLetter)) == 1
        assert by_id(bus.received()) == {OrderLost.type: 1}
        assert outbox(door) == []

    assert every_crash(run, check) == 2 * 3  # commit, publish, forget


def test_a_replay_that_dies_anywhere_delivers_each_dead_letter(door, bus, clock, fresh):
    path = f"/v1/operations/{door.orders.service.name}/dead-letters/replay"

    def run(crash):
        fresh()
        for order_id in ("ord_1", "ord_2"):
            door.push(OrderPlaced(order_id=order_id), path="/dead-letters")
        bus.received()
        try:
            with dying(crash, door.orders):
                door("POST", path, {})
        except Killed:
            pass
        recover(door, clock, lambda: door("POST", path, {}))
        for message in bus.received(OrderPlaced.type):
            assert door.redeliver(message).status_code == 204

    def check(crash):
        assert {one.id: one.times for one in door.store.all(Shipment)} == {"ord_1": 1, "ord_2": 1}
        assert door.store.all(DeadLetter) == []
        assert outbox(door) == []

    assert every_crash(run, check) == 2 * 6  # twice: commit, publish, forget


def test_a_sweep_that_dies_anywhere_loses_nothing(door, bus, clock, fresh):
    def run(crash):
        fresh()
        left_behind(door, clock)
        try:
            with dying(crash, door.orders):
                door.tick()
        except Killed:
            pass
        assert door.tick().status_code == 204

    def check(crash):
        assert by_id(bus.received()) == {OrderPlaced.type: 1}
        assert outbox(door) == []

    assert every_crash(run, check) == 2 * 2  # publish, forget


def left_behind(door, clock):
    """An order whose event was committed but never published."""
    with pytest.raises(Killed), dying(Crash(ORDER_COMMIT, after=True), door.orders):
        door("POST", "/v1/orders", TEA)
    clock.forward(seconds=6)
    assert len(Store(door.tenant).all(Order)) == len(outbox(door)) == 1
