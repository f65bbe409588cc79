"""Snapshots and seeking, on the virtual clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.api_core import exceptions
from google.protobuf.duration_pb2 import Duration

from tests.emulators.test_pubsub.conftest import PROJECT, SUBSCRIPTION, Bus, texts

SNAPSHOT = f"{PROJECT}/snapshots/before"
OTHER = f"{PROJECT}/subscriptions/other"
DAY = 86400


def seek(bus: Bus, name: str = SUBSCRIPTION, **target: Any) -> None:
    bus.subscriber.seek(request={"subscription": name, **target})


def snapshot(bus: Bus, name: str = SNAPSHOT) -> Any:
    return bus.subscriber.create_snapshot(name=name, subscription=SUBSCRIPTION)


def test_retained_messages_come_back_when_seeking_to_the_past(bus: Bus) -> None:
    bus.topic()
    bus.subscribe(retain_acked_messages=True)
    before = datetime.now(UTC)
    bus.publish("a", "b")
    bus.ack(bus.pull())
    seek(bus, time=before)
    assert texts(bus.pull()) == ["a", "b"]


def test_acknowledged_messages_are_gone_unless_retained(bus: Bus) -> None:
    bus.topic()
    bus.subscribe()
    before = datetime.now(UTC)
    bus.publish("a")
    bus.ack(bus.pull())
    seek(bus, time=before)
    assert bus.pull() == []


def test_seeking_to_the_present_purges_a_backlog(bus: Bus) -> None:
    bus.topic()
    bus.subscribe()
    bus.publish("a", "b")
    bus.pull(most=1)
    seek(bus, time=datetime.now(UTC))
    bus.publish("c")
    bus.advance(20)
    assert texts(bus.pull(wait=True)) == ["c"]


def test_a_topic_that_retains_serves_subscriptions_made_later(bus: Bus) -> None:
    bus.topic(message_retention_duration=Duration(seconds=600))
    before = datetime.now(UTC) - timedelta(hours=1)
    bus.publish("old")
    bus.advance(400)
    bus.publish("young")
    name = bus.subscribe(filter='attributes.a != "x"')
    kept = bus.subscriber.get_subscription(subscription=name)
    assert kept.topic_message_retention_duration == timedelta(seconds=600)
    assert bus.pull() == []
    bus.advance(300)
    seek(bus, time=before)
    assert texts(bus.pull()) == ["young"]


def test_a_snapshot_brings_back_its_backlog_and_all_that_came_after(bus: Bus) -> None:
    bus.topic()
    bus.subscribe()
    bus.publish("acknowledged")
    bus.ack(bus.pull())
    bus.publish("backlog")
    snapshot(bus)
    bus.publish("after")
    bus.ack(bus.pull())
    seek(bus, snapshot=SNAPSHOT)
    assert texts(bus.pull()) == ["backlog", "after"]


def test_a_snapshot_serves_other_subscriptions_of_its_topic_through_their_filter(bus: Bus) -> None:
    bus.topic()
    bus.subscribe()
    bus.publish("red", colour="red")
    bus.publish("blue", colour="blue")
    snapshot(bus)
    bus.subscribe(OTHER, filter='attributes.colour = "blue"')
    seek(bus, OTHER, snapshot=SNAPSHOT)
    assert texts(bus.pull(OTHER)) == ["blue"]


def test_a_snapshot_lives_a_week_less_the_age_of_its_backlog(bus: Bus) -> None:
    bus.topic()
    bus.subscribe()
    bus.publish("a")
    bus.advance(6 * DAY)
    made = snapshot(bus)
    left = made.expire_time - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)
    bus.advance(DAY - 1800)
    with pytest.raises(exceptions.FailedPrecondition, match="less than an hour"):
        snapshot(bus, f"{PROJECT}/snapshots/late")
    bus.advance(1801)
    with pytest.raises(exceptions.NotFound):
        seek(bus, snapshot=SNAPSHOT)


def test_replayed_messages_keep_the_order_of_their_key(bus: Bus) -> None:
    bus.topic()
    bus.subscribe(retain_acked_messages=True, enable_message_ordering=True)
    before = datetime.now(UTC)
    bus.publish("1", "2", key="k")
    bus.ack(bus.pull())
    bus.publish("3", key="k")
    seek(bus, time=before)
    assert texts(bus.pull()) == ["1", "2", "3"]
