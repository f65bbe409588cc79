"""Publishing and pulling: what is delivered, again when, and to whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from google.api_core.exceptions import InvalidArgument, NotFound

from tests.conformance.differences import differs
from tests.conformance.pubsub.bus import Bus, texts


def test_a_message_is_pulled_as_it_was_published(bus: Bus) -> None:
    subscription = bus.subscribed()
    (message_id,) = bus.publish("héllo", color="red")
    (received,) = bus.pulled(subscription)
    message = received.message
    assert (message.data.decode(), dict(message.attributes)) == ("héllo", {"color": "red"})
    assert message.message_id == message_id
    assert abs(message.publish_time - datetime.now(UTC)) < timedelta(minutes=1)


def test_every_message_has_its_id(bus: Bus) -> None:
    bus.topic()
    assert len({*bus.publish("a", "b"), *bus.publish("c")}) == 3


def test_every_subscription_gets_every_message(bus: Bus) -> None:
    topic = bus.topic()
    subscriptions = [bus.subscribed(topic, f"worker-{n}") for n in range(3)]
    bus.publish("a", "b")
    assert [sorted(texts(bus.pulled(each, 2))) for each in subscriptions] == [["a", "b"]] * 3


def test_a_subscription_gets_nothing_from_before_it_was_made(bus: Bus) -> None:
    topic = bus.topic()
    bus.publish("early")
    assert bus.pull(bus.subscribed(topic)) == []


def test_other_topics_are_not_heard(bus: Bus) -> None:
    subscription = bus.subscribed(bus.topic("others"))
    bus.topic()
    bus.publish("a")
    assert bus.pull(subscription) == []


def test_an_acknowledged_message_does_not_come_again(bus: Bus) -> None:
    subscription = bus.subscribed()
    bus.publish("a")
    received = bus.pulled(subscription)
    bus.ack(subscription, received)
    assert bus.pulled(subscription, seconds=0.5) == []


def test_a_pulled_message_is_not_given_twice_at_once(bus: Bus) -> None:
    subscription = bus.subscribed()
    bus.publish("a")
    assert len(bus.pulled(subscription)) == 1
    assert bus.pulled(subscription, seconds=0.5) == []


def test_a_nacked_message_comes_again(bus: Bus) -> None:
    subscription = bus.subscribed()
    bus.publish("a")
    first = bus.pulled(subscription)
    bus.extend(subscription, first, 0)
    (again,) = bus.pulled(subscription)
    assert again.message.message_id == first[0].message.message_id
    assert again.ack_id != first[0].ack_id


def test_a_message_comes_again_after_its_deadline(bus: Bus) -> None:
    subscription = bus.subscribed()
    bus.publish("a")
    first = bus.pulled(subscription)
    bus.extend(subscription, first, 1)
    assert texts(bus.pulled(subscription)) == ["a"]


def test_an_extended_message_is_held_back(bus: Bus) -> None:
    subscription = bus.subscribed()
    bus.publish("a")
    received = bus.pulled(subscription)
    bus.extend(subscription, received, 1)
    bus.extend(subscription, received, 30)
    assert bus.pulled(subscription, seconds=1.5) == []


def test_acknowledging_again_is_harmless(bus: Bus) -> None:
    subscription = bus.subscribed()
    bus.publish("a")
    received = bus.pulled(subscription)
    bus.ack(subscription, received)
    bus.ack(subscription, received)
    assert bus.pull(subscription) == []


def test_a_deadline_is_not_negative(bus: Bus) -> None:
    subscription = bus.subscribed()
    bus.publish("a")
    received = bus.pulled(subscription)
    with pytest.raises(InvalidArgument):
        bus.extend(subscription, received, -1)


@differs("google", "Takes 601 s.", "google.pubsub.v1 ModifyAckDeadlineRequest: 600 s at most")
def test_a_deadline_is_at_most_600_seconds(bus: Bus) -> None:
    subscription = bus.subscribed()
    bus.publish("a")
    received = bus.pulled(subscription)
    with pytest.raises(InvalidArgument):
        bus.extend(subscription, received, 601)


def test_a_pull_gives_at_most_what_is_asked_for(bus: Bus) -> None:
    subscription = bus.subscribed()
    bus.publish(*"abcde")
    assert len(bus.pull(subscription, 2)) <= 2
    assert len(bus.pulled(subscription, 3)) >= 1


def test_a_pull_of_nothing_is_refused(bus: Bus) -> None:
    with pytest.raises(InvalidArgument):
        bus.pull(bus.subscribed(), 0)


def test_a_waiting_pull_is_answered_by_a_publication(bus: Bus) -> None:
    subscription = bus.subscribed()
    bus.publish("a")
    request = {"subscription": subscription, "max_messages": 5}
    assert texts(bus.subscriber.pull(request=request).received_messages) == ["a"]


@pytest.mark.parametrize("method", ["pull", "acknowledge", "modify_ack_deadline"])
def test_a_subscription_that_is_not_there_is_not_found(bus: Bus, method: str) -> None:
    request: dict[str, object] = {"subscription": bus.name("subscriptions", "none")}
    request |= {
        "pull": {"max_messages": 1},
        "acknowledge": {"ack_ids": ["a"]},
        "modify_ack_deadline": {"ack_ids": ["a"], "ack_deadline_seconds": 10},
    }[method]
    with pytest.raises(NotFound):
        getattr(bus.subscriber, method)(request=request)


def test_a_thousand_messages_all_arrive(bus: Bus) -> None:
    subscription = bus.subscribed()
    sent = [str(n) for n in range(1000)]
    bus.publish(*sent)
    assert sorted(texts(bus.pulled(subscription, 1000)), key=int) == sent


def test_two_pullers_share_the_messages(bus: Bus) -> None:
    subscription = bus.subscribed()
    bus.publish(*"abcdef")
    first, second = bus.pulled(subscription, 3), bus.pulled(subscription, 3)
    assert sorted(texts(first) + texts(second)) == list("abcdef")
