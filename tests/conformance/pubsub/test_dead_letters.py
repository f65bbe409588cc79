"""Dead-letter topics, attempts of delivery, retry policies."""

from __future__ import annotations

import pytest
from google.api_core.exceptions import BadRequest

from tests.conformance.differences import differs
from tests.conformance.pubsub.bus import Bus, texts

ATTEMPTS = 5


@pytest.fixture
def dead(bus: Bus) -> str:
    """A subscription to the topic of dead letters, `dead`."""
    return bus.subscribed(bus.topic("dead"), "undertaker")


def source(bus: Bus, attempts: int = ATTEMPTS, **fields: object) -> str:
    policy = {
        "dead_letter_topic": bus.name("topics", "dead"),
        "max_delivery_attempts": attempts,
    }
    return bus.subscribed(dead_letter_policy=policy, **fields)


def refuse(bus: Bus, subscription: str, times: int) -> list[int]:
    """Pulls and nacks; the attempt each delivery said it was."""
    attempts = []
    for _ in range(times):
        received = bus.pulled(subscription)
        attempts += [each.delivery_attempt for each in received]
        bus.extend(subscription, received, 0)
    return attempts


def test_deliveries_are_counted(bus: Bus, dead: str) -> None:
    subscription = source(bus)
    bus.publish("a")
    assert refuse(bus, subscription, 3) == [1, 2, 3]


def test_without_a_dead_letter_topic_they_are_not(bus: Bus) -> None:
    subscription = bus.subscribed()
    bus.publish("a")
    assert refuse(bus, subscription, 2) == [0, 0]


def test_a_message_refused_too_often_goes_to_the_dead_letters(bus: Bus, dead: str) -> None:
    subscription = source(bus)
    bus.publish("a", color="red")
    refuse(bus, subscription, ATTEMPTS)
    assert bus.pulled(subscription, seconds=0.3) == []
    (letter,) = bus.pulled(dead)
    assert letter.message.data == b"a"
    assert letter.message.attributes["color"] == "red"


def test_a_dead_letter_says_where_it_comes_from(bus: Bus, dead: str) -> None:
    subscription = source(bus)
    bus.publish("a")
    refuse(bus, subscription, ATTEMPTS)
    assert bus.pulled(subscription, seconds=0.3) == []
    attributes = dict(bus.pulled(dead)[0].message.attributes)
    prefix = "CloudPubSubDeadLetterSource"
    assert attributes[f"{prefix}DeliveryCount"] == str(ATTEMPTS)
    assert attributes[f"{prefix}Subscription"] == "worker"
    assert attributes[f"{prefix}SubscriptionProject"] == bus.project.split("/")[1]
    assert f"{prefix}TopicPublishTime" in attributes


def test_an_acknowledged_message_is_no_dead_letter(bus: Bus, dead: str) -> None:
    subscription = source(bus)
    bus.publish("a")
    refuse(bus, subscription, ATTEMPTS - 1)
    bus.ack(subscription, bus.pulled(subscription))
    assert bus.pulled(dead, seconds=0.5) == []


@pytest.mark.parametrize("attempts", [4, 101])
def test_attempts_are_from_5_to_100(bus: Bus, dead: str, attempts: int) -> None:
    with pytest.raises(BadRequest):
        source(bus, attempts)


def test_attempts_are_5_unless_said(bus: Bus, dead: str) -> None:
    subscription = source(bus, 0)
    got = bus.subscriber.get_subscription(request={"subscription": subscription})
    assert got.dead_letter_policy.max_delivery_attempts == ATTEMPTS


def test_a_dead_letter_policy_may_be_taken_away(bus: Bus, dead: str) -> None:
    subscription = source(bus)
    bus.update(subscription, "dead_letter_policy")
    bus.publish("a")
    assert refuse(bus, subscription, 1) == [0]


@differs(
    "google",
    "A nacked message comes again at once.",
    "cloud.google.com/pubsub/docs/handling-failures",
)
def test_a_retry_policy_delays_what_comes_again(bus: Bus) -> None:
    policy = {"minimum_backoff": {"seconds": 3}, "maximum_backoff": {"seconds": 4}}
    subscription = bus.subscribed(retry_policy=policy)
    bus.publish("a")
    refuse(bus, subscription, 1)
    assert bus.pulled(subscription, seconds=1) == []
    assert texts(bus.pulled(subscription)) == ["a"]


def test_a_retry_policy_has_its_defaults(bus: Bus) -> None:
    subscription = bus.subscribed(retry_policy={})
    got = bus.subscriber.get_subscription(request={"subscription": subscription}).retry_policy
    assert got.minimum_backoff.total_seconds() == 10
    assert got.maximum_backoff.total_seconds() == 600


def test_a_back_off_of_over_600_seconds_is_refused(bus: Bus) -> None:
    with pytest.raises(BadRequest):
        bus.subscribed(retry_policy={"minimum_backoff": {"seconds": 601}})
