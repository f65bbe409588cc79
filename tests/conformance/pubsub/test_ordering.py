"""Ordering keys."""

from __future__ import annotations

from tests.conformance.differences import differs
from tests.conformance.pubsub.bus import Bus, texts


def ordered(bus: Bus) -> str:
    return bus.subscribed(enable_message_ordering=True)


def drained(bus: Bus, subscription: str, count: int) -> list[str]:
    """Pulls and acknowledges one message after the other."""
    came: list[str] = []
    while len(came) < count:
        received = bus.pulled(subscription)
        assert received, f"only {came} came"
        bus.ack(subscription, received)
        came += texts(received)
    return came


def test_messages_of_a_key_come_in_order(bus: Bus) -> None:
    subscription = ordered(bus)
    for text in "abcdef":
        bus.publish(text, key="k")
    assert drained(bus, subscription, 6) == list("abcdef")


def test_messages_of_one_request_come_in_order(bus: Bus) -> None:
    subscription = ordered(bus)
    bus.publish(*"abcdef", key="k")
    assert drained(bus, subscription, 6) == list("abcdef")


def test_a_message_carries_its_key(bus: Bus) -> None:
    subscription = ordered(bus)
    bus.publish("a", key="k")
    assert bus.pulled(subscription)[0].message.ordering_key == "k"


def test_each_key_has_its_own_order(bus: Bus) -> None:
    subscription = ordered(bus)
    for n in range(3):
        bus.publish(f"x{n}", key="x")
        bus.publish(f"y{n}", key="y")
    came = drained(bus, subscription, 6)
    assert [each for each in came if each[0] == "x"] == ["x0", "x1", "x2"]
    assert [each for each in came if each[0] == "y"] == ["y0", "y1", "y2"]


def test_an_unacknowledged_message_does_not_hold_other_keys(bus: Bus) -> None:
    subscription = ordered(bus)
    bus.publish("a", key="x")
    assert texts(bus.pulled(subscription)) == ["a"]
    bus.publish("b", key="y")
    assert texts(bus.pulled(subscription)) == ["b"]


def test_messages_without_a_key_are_not_held(bus: Bus) -> None:
    subscription = ordered(bus)
    bus.publish("a")
    assert len(bus.pulled(subscription)) == 1
    bus.publish("b")
    assert texts(bus.pulled(subscription)) == ["b"]


@differs(
    "google",
    "Later messages of the key overtake a nacked one.",
    "cloud.google.com/pubsub/docs/ordering",
)
def test_a_nacked_message_of_a_key_comes_again_before_later_ones(bus: Bus) -> None:
    subscription = ordered(bus)
    bus.publish(*"abc", key="k")
    first = bus.pulled(subscription)
    bus.extend(subscription, first, 0)
    assert drained(bus, subscription, 3) == ["a", "b", "c"]


def test_a_nack_brings_back_what_followed(bus: Bus) -> None:
    """Messages of a key that were given together come again together, in order."""
    subscription = ordered(bus)
    bus.publish(*"abc", key="k")
    received = bus.pulled(subscription, 3)
    bus.extend(subscription, received, 0)
    assert drained(bus, subscription, 3) == ["a", "b", "c"]


def test_without_ordering_keys_travel_along(bus: Bus) -> None:
    subscription = bus.subscribed()
    bus.publish("a", key="k")
    assert bus.pulled(subscription)[0].message.ordering_key == "k"


def test_the_batching_client_keeps_the_order(bus: Bus) -> None:
    subscription = ordered(bus)
    topic = bus.name("topics", "orders")
    futures = [bus.batching.publish(topic, str(n).encode(), ordering_key="k") for n in range(30)]
    for future in futures:
        future.result(20)
    assert drained(bus, subscription, 30) == [str(n) for n in range(30)]
