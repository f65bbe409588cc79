"""Events in: handled once, retried while that may help, else a dead letter."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.contracts.base import new_id
from shared.runtime import DIRECTORY, DeadLetter, Problem, Store
from tests.runtime.orders import OrderLost, OrderPlaced, OrderShipped, Shipment

PLACED = OrderPlaced(order_id="ord_1")


def failing(*slugs):
    """An interruption that raises these problems, one a run, and then none."""
    left = list(slugs)

    def interrupt():
        if left:
            raise Problem(left.pop(0), "The world is not ready.")

    return interrupt


def shipped(door):
    found = door.store.find(Shipment, "ord_1")
    return found.times if found else 0


def test_an_event_is_handled_and_acknowledged(door, bus):
    assert door.push(PLACED).status_code == 204
    assert shipped(door) == 1
    (message,) = bus.received()
    assert message["attributes"]["ce-type"] == OrderShipped.type


def test_a_repeated_delivery_is_acknowledged_without_effect(door, bus):
    for _ in range(3):
        assert door.push(PLACED, event_id="evt_1").status_code == 204
    assert (shipped(door), door.orders.runs) == (1, 1)
    assert len(bus.received()) == 1


def test_the_same_event_from_the_bus_under_another_message_id_is_a_repeat(door, bus):
    door("POST", "/v1/orders", {"item": "tea"})
    (message,) = bus.received()
    for message_id in ("100", "200"):
        assert door.redeliver(message | {"id": message_id}).status_code == 204
    (shipment,) = door.store.all(Shipment)
    assert shipment.times == 1


def test_two_deliveries_at_once_are_handled_once(door):
    together = threading.Barrier(2)
    first_runs = iter([True, True])
    door.orders.interrupt = lambda: next(first_runs, False) and together.wait(10)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: door.push(PLACED, event_id="evt_1"), range(2)))
    assert [answer.status_code for answer in answers] == [204, 204]
    assert shipped(door) == 1


def test_one_tenants_event_changes_nothing_of_another(door, tenant):
    other = new_id("ten")
    door.push(PLACED, tenant=other)
    assert door.store.all(Shipment) == []
    assert Store(other).get(Shipment, "ord_1").times == 1


def test_what_may_pass_is_delivered_again(door):
    door.orders.interrupt = failing("unavailable", "bad-gateway")
    answers = [door.push(PLACED, event_id="evt_1").status_code for _ in range(3)]
    assert answers == [503, 502, 204]
    assert shipped(door) == 1
    assert door.store.all(DeadLetter) == []


def test_a_bug_is_delivered_again_too(door):
    door.orders.interrupt = lambda: 1 / 0
    assert door.push(PLACED, event_id="evt_1").status_code == 500
    door.orders.interrupt = lambda: None
    assert door.push(PLACED, event_id="evt_1").status_code == 204
    assert shipped(door) == 1


def test_what_no_delivery_can_help_is_a_dead_letter_at_once(door, bus):
    door.orders.interrupt = failing("unreadable-document")
    assert door.push(PLACED, event_id="evt_1").status_code == 204
    (letter,) = door.store.all(DeadLetter)
    assert (letter.type, letter.reason) == (OrderPlaced.type, "The world is not ready.")
    assert [m["attributes"]["ce-type"] for m in bus.received()] == [OrderLost.type]


@pytest.mark.parametrize("data", [b"{}", b"not json", b"\xff\x00", b'{"order_id": 7}'])
def test_poison_is_a_dead_letter_at_once_and_acknowledged(door, bus, data):
    assert door.push(data, attempt=1).status_code == 204
    (letter,) = door.store.all(DeadLetter)
    assert "does not fit its schema" in letter.reason
    assert bus.received() == []  # nobody could tell which order is lost
    assert door.orders.runs == 0


def test_an_event_without_a_tenant_is_a_dead_letter_of_the_directory(door):
    event_id = new_id("evt")
    assert door.push(PLACED, tenant="", event_id=event_id).status_code == 204
    letter_id = f"{door.orders.service.name}.{event_id}"
    assert Store(DIRECTORY).get(DeadLetter, letter_id).reason == "The event names no tenant."


def test_an_event_with_an_odd_id_goes_by_the_id_of_its_message(door):
    assert door.push(PLACED, event_id="../evt/1").status_code == 204
    assert shipped(door) == 1


def test_an_unknown_type_is_acknowledged(door):
    assert door.push(OrderShipped(order_id="ord_1")).status_code == 204


@pytest.mark.parametrize("body", [{}, {"message": {"data": "!"}}, {"message": 1}, []])
def test_what_is_no_push_is_400(door, body):
    assert door.client.post("/events?token=push-token", json=body).status_code == 400


class TestGivingUp:
    """Pub/Sub pushes what it gave up delivering to /dead-letters."""

    def test_the_dead_letter_quotes_the_last_failure(self, door, bus):
        door.orders.interrupt = failing("unavailable", "bad-gateway", "deadline-exceeded")
        for attempt in (1, 2, 3):
            door.push(PLACED, event_id="evt_1", attempt=attempt)
        given_up = {"CloudPubSubDeadLetterSourceDeliveryCount": "3"}
        answer = door.push(PLACED, event_id="evt_1", path="/dead-letters", **given_up)
        assert answer.status_code == 204
        (letter,) = door.store.all(DeadLetter)
        assert (letter.reason, letter.attempts) == ("The world is not ready.", 3)

    def test_the_reason_of_a_bug_is_its_name(self, door):
        door.orders.interrupt = lambda: 1 / 0
        door.push(PLACED, event_id="evt_1")
        door.push(PLACED, event_id="evt_1", path="/dead-letters")
        (letter,) = door.store.all(DeadLetter)
        assert letter.reason == "ZeroDivisionError: division by zero"

    def test_without_a_failure_the_service_did_not_answer(self, door):
        door.push(PLACED, path="/dead-letters")
        (letter,) = door.store.all(DeadLetter)
        assert letter.reason == "The service did not answer."

    def test_the_service_is_told_once(self, door, bus):
        for _ in range(2):
            door.push(PLACED, event_id="evt_1", path="/dead-letters")
        assert [m["attributes"]["ce-type"] for m in bus.received()] == [OrderLost.type]

    def test_what_was_handled_after_all_is_no_dead_letter(self, door):
        door.push(PLACED, event_id="evt_1")
        door.push(PLACED, event_id="evt_1", path="/dead-letters")
        assert door.store.all(DeadLetter) == []
