"""Subscriptions: made, described, changed, listed, detached, deleted."""

from __future__ import annotations

import pytest
from google.api_core.exceptions import (
    AlreadyExists,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
)
from google.pubsub_v1.types import Subscription

from tests.conformance.differences import differs
from tests.conformance.pubsub.bus import Bus

DAY = 24 * 3600


def described(bus: Bus, subscription: str):
    return bus.subscriber.get_subscription(request={"subscription": subscription})


def test_a_subscription_is_described_as_it_was_made(bus: Bus) -> None:
    topic = bus.topic()
    subscription = bus.subscribed(
        topic, ack_deadline_seconds=33, labels={"team": "a"}, enable_message_ordering=True
    )
    got = described(bus, subscription)
    assert (got.name, got.topic, got.ack_deadline_seconds) == (subscription, topic, 33)
    assert (dict(got.labels), got.enable_message_ordering) == ({"team": "a"}, True)


def test_a_subscription_has_ten_seconds_to_acknowledge(bus: Bus) -> None:
    assert described(bus, bus.subscribed()).ack_deadline_seconds == 10


def test_a_subscription_keeps_messages_for_seven_days(bus: Bus) -> None:
    got = described(bus, bus.subscribed())
    assert got.message_retention_duration.total_seconds() == 7 * DAY


@differs(
    "google",
    "Leaves the default expiration out.",
    "google.pubsub.v1 Subscription.expiration_policy",
)
def test_a_subscription_expires_after_31_days(bus: Bus) -> None:
    got = described(bus, bus.subscribed())
    assert got.expiration_policy.ttl.total_seconds() == 31 * DAY


def test_a_subscription_may_never_expire(bus: Bus) -> None:
    subscription = bus.subscribed(expiration_policy={})
    assert not described(bus, subscription).expiration_policy.ttl


def test_a_subscription_is_made_once(bus: Bus) -> None:
    topic = bus.topic()
    bus.subscribed(topic)
    with pytest.raises(AlreadyExists):
        bus.subscribed(topic)


def test_a_subscription_needs_its_topic(bus: Bus) -> None:
    with pytest.raises(NotFound):
        bus.subscribed(bus.name("topics", "none"))


@pytest.mark.parametrize("name", ["ab", "1abc", "googly", "a b c", "x" * 256])
def test_a_subscription_may_not_be_named(bus: Bus, name: str) -> None:
    with pytest.raises(InvalidArgument):
        bus.subscribed(bus.topic(), name)


@pytest.mark.parametrize("seconds", [601, -1])
def test_an_ack_deadline_is_at_most_600_seconds(bus: Bus, seconds: int) -> None:
    with pytest.raises(InvalidArgument):
        bus.subscribed(ack_deadline_seconds=seconds)


@differs("google", "Takes 1 s and more.", "google.pubsub.v1 Subscription.ack_deadline_seconds")
def test_an_ack_deadline_is_at_least_10_seconds(bus: Bus) -> None:
    with pytest.raises(InvalidArgument):
        bus.subscribed(ack_deadline_seconds=9)


@pytest.mark.parametrize("seconds", [599, 31 * DAY + 1])
def test_a_retention_is_from_10_minutes_to_31_days(bus: Bus, seconds: int) -> None:
    with pytest.raises(InvalidArgument):
        bus.subscribed(message_retention_duration={"seconds": seconds})


def test_subscriptions_of_the_project_are_listed(bus: Bus) -> None:
    topic = bus.topic()
    made = {bus.subscribed(topic, f"worker-{n}") for n in range(3)}
    listed = bus.subscriber.list_subscriptions(request={"project": bus.project, "page_size": 2})
    assert {each.name for each in listed} == made


def test_a_deleted_subscription_is_gone(bus: Bus) -> None:
    subscription = bus.subscribed()
    bus.subscriber.delete_subscription(request={"subscription": subscription})
    with pytest.raises(NotFound):
        described(bus, subscription)


def test_a_subscription_made_again_starts_empty(bus: Bus) -> None:
    topic = bus.topic()
    subscription = bus.subscribed(topic)
    bus.publish("old")
    bus.subscriber.delete_subscription(request={"subscription": subscription})
    bus.subscribed(topic)
    assert bus.pull(subscription) == []


@pytest.mark.parametrize(
    "path, fields",
    [
        ("ack_deadline_seconds", {"ack_deadline_seconds": 44}),
        ("push_config", {"push_config": {"push_endpoint": "http://127.0.0.1:1/push"}}),
        ("message_retention_duration", {"message_retention_duration": {"seconds": 7200}}),
        ("retain_acked_messages", {"retain_acked_messages": True}),
        (
            "retry_policy",
            {
                "retry_policy": {
                    "minimum_backoff": {"seconds": 3},
                    "maximum_backoff": {"seconds": 9},
                }
            },
        ),
        ("enable_exactly_once_delivery", {"enable_exactly_once_delivery": True}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_field_of_a_subscription_changes(bus: Bus, path: str, fields: dict) -> None:
    subscription = bus.subscribed(bus.topic(), labels={"old": "yes"})
    bus.update(subscription, path, **fields)
    assert getattr(described(bus, subscription), path) == getattr(Subscription(fields), path)


@differs("google", "Refuses the path `labels`.", "google.pubsub.v1 Subscriber.UpdateSubscription")
def test_the_labels_of_a_subscription_change(bus: Bus) -> None:
    subscription = bus.subscribed(labels={"old": "yes"})
    bus.update(subscription, "labels", labels={"new": "yes"})
    assert dict(described(bus, subscription).labels) == {"new": "yes"}


def test_fields_outside_the_mask_stay(bus: Bus) -> None:
    subscription = bus.subscribed(ack_deadline_seconds=33)
    bus.update(
        subscription,
        "retain_acked_messages",
        retain_acked_messages=True,
        ack_deadline_seconds=55,
    )
    assert described(bus, subscription).ack_deadline_seconds == 33


@pytest.mark.parametrize("path", ["name", "topic", "nothing"])
def test_some_fields_cannot_change(bus: Bus, path: str) -> None:
    subscription = bus.subscribed()
    with pytest.raises(InvalidArgument):
        bus.update(subscription, path, topic=bus.topic("others"))


def test_changing_nothing_is_refused(bus: Bus) -> None:
    with pytest.raises(InvalidArgument):
        bus.update(bus.subscribed())


def test_a_subscription_that_is_not_there_cannot_change(bus: Bus) -> None:
    with pytest.raises(NotFound):
        bus.update(bus.name("subscriptions", "none"), "labels", labels={"a": "b"})


@differs(
    "google",
    "DetachSubscription is not implemented.",
    "google.pubsub.v1 Publisher.DetachSubscription",
)
def test_a_detached_subscription_says_so(bus: Bus) -> None:
    subscription = bus.subscribed()
    bus.publisher.detach_subscription(request={"subscription": subscription})
    assert described(bus, subscription).detached


@differs(
    "google",
    "DetachSubscription is not implemented.",
    "google.pubsub.v1 Publisher.DetachSubscription",
)
def test_a_detached_subscription_gives_nothing_more(bus: Bus) -> None:
    subscription = bus.subscribed()
    bus.publish("dropped")
    bus.publisher.detach_subscription(request={"subscription": subscription})
    with pytest.raises(FailedPrecondition):
        bus.pull(subscription)
