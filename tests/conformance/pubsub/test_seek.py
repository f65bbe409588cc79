"""Going back: seeking to a time or a snapshot."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from google.api_core.exceptions import AlreadyExists, NotFound

from tests.conformance.pubsub.bus import Bus, texts


def keeping(bus: Bus) -> str:
    """A subscription that keeps what was acknowledged."""
    return bus.subscribed(retain_acked_messages=True)


def seek(bus: Bus, subscription: str, **target: object) -> None:
    bus.subscriber.seek(request={"subscription": subscription, **target})


def snapshot(bus: Bus, subscription: str, name: str = "before") -> str:
    request = {"name": bus.name("snapshots", name), "subscription": subscription}
    return bus.subscriber.create_snapshot(request=request).name


def taken(bus: Bus, subscription: str, count: int) -> list[str]:
    received = bus.pulled(subscription, count)
    bus.ack(subscription, received)
    return sorted(texts(received))


def test_a_seek_into_the_past_brings_acknowledged_messages_back(bus: Bus) -> None:
    subscription = keeping(bus)
    bus.publish("a", "b")
    taken(bus, subscription, 2)
    seek(bus, subscription, time=datetime.now(UTC) - timedelta(minutes=5))
    assert taken(bus, subscription, 2) == ["a", "b"]


def test_a_seek_into_the_future_drops_everything(bus: Bus) -> None:
    subscription = bus.subscribed()
    bus.publish("a", "b")
    seek(bus, subscription, time=datetime.now(UTC) + timedelta(minutes=5))
    assert bus.pulled(subscription, seconds=0.5) == []


def test_a_seek_to_a_time_parts_before_from_after(bus: Bus) -> None:
    subscription = keeping(bus)
    bus.publish("before")
    time.sleep(0.05)
    middle = datetime.now(UTC)
    time.sleep(0.05)
    bus.publish("after")
    taken(bus, subscription, 2)
    seek(bus, subscription, time=middle)
    assert taken(bus, subscription, 1) == ["after"]
    assert bus.pulled(subscription, seconds=0.5) == []


def test_a_snapshot_keeps_what_was_not_acknowledged(bus: Bus) -> None:
    subscription = bus.subscribed()
    bus.publish("a")
    name = snapshot(bus, subscription)
    assert taken(bus, subscription, 1) == ["a"]
    bus.publish("b")
    assert taken(bus, subscription, 1) == ["b"]
    seek(bus, subscription, snapshot=name)
    assert taken(bus, subscription, 2) == ["a", "b"]


def test_a_snapshot_leaves_out_what_was_acknowledged(bus: Bus) -> None:
    subscription = bus.subscribed()
    bus.publish("a")
    taken(bus, subscription, 1)
    name = snapshot(bus, subscription)
    bus.publish("b")
    seek(bus, subscription, snapshot=name)
    assert taken(bus, subscription, 1) == ["b"]
    assert bus.pulled(subscription, seconds=0.5) == []


def test_another_subscription_of_the_topic_may_seek_to_it(bus: Bus) -> None:
    topic = bus.topic()
    first, second = bus.subscribed(topic, "first"), bus.subscribed(topic, "second")
    bus.publish("a")
    name = snapshot(bus, first)
    taken(bus, second, 1)
    seek(bus, second, snapshot=name)
    assert taken(bus, second, 1) == ["a"]


def test_a_snapshot_is_described(bus: Bus) -> None:
    name = snapshot(bus, bus.subscribed())
    got = bus.subscriber.get_snapshot(request={"snapshot": name})
    assert (got.name, got.topic) == (name, bus.name("topics", "orders"))
    assert got.expire_time > datetime.now(UTC) + timedelta(days=1)


def test_snapshots_are_listed(bus: Bus) -> None:
    subscription = bus.subscribed()
    made = {snapshot(bus, subscription, f"snapshot-{n}") for n in range(3)}
    listed = bus.subscriber.list_snapshots(request={"project": bus.project})
    assert {each.name for each in listed} == made


def test_a_snapshot_is_made_once(bus: Bus) -> None:
    subscription = bus.subscribed()
    snapshot(bus, subscription)
    with pytest.raises(AlreadyExists):
        snapshot(bus, subscription)


def test_a_deleted_snapshot_is_gone(bus: Bus) -> None:
    subscription = bus.subscribed()
    name = snapshot(bus, subscription)
    bus.subscriber.delete_snapshot(request={"snapshot": name})
    with pytest.raises(NotFound):
        seek(bus, subscription, snapshot=name)


def test_a_snapshot_needs_its_subscription(bus: Bus) -> None:
    with pytest.raises(NotFound):
        snapshot(bus, bus.name("subscriptions", "none"))
