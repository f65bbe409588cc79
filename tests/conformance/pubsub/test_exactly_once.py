"""Exactly-once delivery: acknowledgements that count, and those that come too late."""

from __future__ import annotations

import pytest
from google.api_core.exceptions import FailedPrecondition
from google.cloud.pubsub_v1.subscriber.exceptions import AcknowledgeStatus

from tests.conformance.differences import differs
from tests.conformance.pubsub.bus import Bus, texts
from tests.conformance.pubsub.test_streaming import Consumer

PATIENCE = 20


def once(bus: Bus) -> str:
    return bus.subscribed(enable_exactly_once_delivery=True)


def test_an_acknowledgement_is_confirmed(bus: Bus) -> None:
    subscription = once(bus)
    bus.publish("a")
    consumer = Consumer(bus, subscription)
    status = consumer.next().ack_with_response().result(PATIENCE)
    consumer.stop()
    assert status == AcknowledgeStatus.SUCCESS


def test_an_acknowledged_message_never_comes_again(bus: Bus) -> None:
    subscription = once(bus)
    bus.publish("a")
    bus.ack(subscription, bus.pulled(subscription))
    assert bus.pulled(subscription, seconds=0.5) == []


@differs("google", "Takes stale ack ids.", "cloud.google.com/pubsub/docs/exactly-once-delivery")
def test_an_id_from_an_earlier_delivery_is_refused(bus: Bus) -> None:
    subscription = once(bus)
    bus.publish("a")
    first = bus.pulled(subscription)
    bus.extend(subscription, first, 0)
    assert len(bus.pulled(subscription)) == 1
    with pytest.raises(FailedPrecondition):
        bus.ack(subscription, first)


@differs("google", "Takes stale ack ids.", "cloud.google.com/pubsub/docs/exactly-once-delivery")
def test_a_refusal_tells_why(bus: Bus) -> None:
    subscription = once(bus)
    bus.publish("a")
    received = bus.pulled(subscription)
    bus.ack(subscription, received)
    with pytest.raises(FailedPrecondition) as refused:
        bus.ack(subscription, received)
    ((_, reason),) = refused.value.details[0].metadata.items()
    assert reason == "PERMANENT_FAILURE_INVALID_ACK_ID"


def test_an_extended_message_does_not_come_again(bus: Bus) -> None:
    subscription = once(bus)
    bus.publish("a")
    received = bus.pulled(subscription)
    bus.extend(subscription, received, 30)
    assert bus.pulled(subscription, seconds=0.5) == []
    bus.ack(subscription, received)


def test_a_nacked_message_comes_again(bus: Bus) -> None:
    subscription = once(bus)
    bus.publish("a")
    bus.extend(subscription, bus.pulled(subscription), 0)
    assert texts(bus.pulled(subscription)) == ["a"]
