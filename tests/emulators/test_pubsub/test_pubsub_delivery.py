"""Leases, retries, dead letters and ordering, as subscribers see them on the virtual clock."""

from __future__ import annotations

import threading

import pytest
from google.api_core import exceptions
from google.protobuf.duration_pb2 import Duration
from google.pubsub_v1 import types

from tests.emulators.test_pubsub.conftest import PROJECT, SUBSCRIPTION, TOPIC, Bus, texts

DEAD = f"{PROJECT}/topics/dead"
MORGUE = f"{PROJECT}/subscriptions/morgue"


def test_a_message_comes_again_when_its_lease_ends(bus: Bus) -> None:
    bus.topic()
    bus.subscribe(ack_deadline_seconds=20)
    bus.publish("a")
    first = bus.pull()
    bus.advance(19)
    assert bus.pull() == []
    bus.advance(2)
    second = bus.pull(wait=True)
    assert texts(first) == texts(second) == ["a"]
    assert first[0].ack_id != second[0].ack_id


def test_an_extended_lease_lasts_as_long_as_asked(bus: Bus) -> None:
    bus.topic()
    bus.subscribe()
    bus.publish("a")
    bus.extend(bus.pull(), 300)
    bus.advance(299)
    assert bus.pull() == []
    bus.advance(2)
    assert texts(bus.pull(wait=True)) == ["a"]


def test_a_late_acknowledgement_still_counts_unless_delivery_is_exactly_once(bus: Bus) -> None:
    bus.topic()
    bus.subscribe()
    bus.publish("a")
    late = bus.pull()
    bus.advance(11)
    bus.ack(late)
    assert bus.pull() == []


def test_a_nacked_message_waits_for_an_exponential_back_off(bus: Bus) -> None:
    bus.topic()
    policy = {
        "minimum_backoff": Duration(seconds=10),
        "maximum_backoff": Duration(seconds=15),
    }
    bus.subscribe(retry_policy=policy)
    bus.publish("a")
    for wait in (10, 15, 15):
        bus.nack(bus.pull(wait=True))
        bus.advance(wait - 1)
        assert bus.pull() == []
        bus.advance(2)
    assert texts(bus.pull(wait=True)) == ["a"]


def test_used_up_attempts_end_in_the_dead_letter_topic(bus: Bus) -> None:
    bus.topic()
    bus.topic(DEAD)
    bus.subscribe(MORGUE, DEAD)
    policy = {"dead_letter_topic": DEAD, "max_delivery_attempts": 5}
    bus.subscribe(dead_letter_policy=policy)
    [original] = bus.publish("poison", colour="red")
    attempts = []
    for _ in range(5):
        received = bus.pull(wait=True)
        attempts += [one.delivery_attempt for one in received]
        bus.nack(received)
    assert attempts == [1, 2, 3, 4, 5]
    assert bus.pull() == []
    [letter] = bus.pull(MORGUE, wait=True)
    assert letter.message.data == b"poison"
    assert letter.message.message_id != original
    attributes = dict(letter.message.attributes)
    assert attributes.pop("CloudPubSubDeadLetterSourceTopicPublishTime").endswith("Z")
    assert attributes == {
        "colour": "red",
        "CloudPubSubDeadLetterSourceDeliveryCount": "5",
        "CloudPubSubDeadLetterSourceSubscription": "worker",
        "CloudPubSubDeadLetterSourceSubscriptionProject": "test-project",
    }


def test_what_cannot_be_dead_lettered_is_delivered_on(bus: Bus) -> None:
    bus.topic()
    bus.topic(DEAD)
    bus.subscribe(dead_letter_policy={"dead_letter_topic": DEAD})
    bus.publisher.delete_topic(topic=DEAD)
    bus.publish("a")
    for _ in range(5):
        bus.nack(bus.pull(wait=True))
    assert [one.delivery_attempt for one in bus.pull(wait=True)] == [6]


def test_an_ordering_key_has_one_batch_out_at_a_time(bus: Bus) -> None:
    bus.topic()
    bus.subscribe(enable_message_ordering=True)
    bus.publish("a1", "a2", "a3", key="a")
    bus.publish("b1", key="b")
    first = bus.pull(most=2)
    assert texts(first) == ["a1", "a2"]
    assert texts(bus.pull()) == ["b1"]
    bus.ack(first)
    assert texts(bus.pull()) == ["a3"]


def test_a_nack_brings_back_all_later_messages_of_its_key_even_acknowledged_ones(bus: Bus) -> None:
    bus.topic()
    bus.subscribe(enable_message_ordering=True)
    bus.publish("1", "2", "3", key="k")
    one, two, three = bus.pull()
    bus.ack([two])
    bus.nack([one])
    assert texts(bus.pull(wait=True)) == ["1", "2", "3"]
    bus.ack([three])  # of a lease that was called back
    assert bus.pull() == []


def test_without_ordering_enabled_a_key_changes_nothing(bus: Bus) -> None:
    bus.topic()
    bus.subscribe()
    bus.publish("1", "2", key="k")
    assert texts(bus.pull(most=1)) == ["1"]
    assert texts(bus.pull(most=1)) == ["2"]


def test_exactly_once_delivery_refuses_a_lease_that_is_over(bus: Bus) -> None:
    bus.topic()
    bus.subscribe(enable_exactly_once_delivery=True)
    bus.publish("a")
    stale = bus.pull()
    bus.advance(11)
    fresh = bus.pull(wait=True)
    for refused in (bus.ack, bus.nack):
        with pytest.raises(exceptions.FailedPrecondition, match="ids in the request were invalid"):
            refused(stale)
    bus.ack(fresh)
    bus.advance(11)
    assert bus.pull() == []


def test_exactly_once_delivery_in_order_wants_acknowledgements_in_order(bus: Bus) -> None:
    bus.topic()
    bus.subscribe(enable_exactly_once_delivery=True, enable_message_ordering=True)
    bus.publish("1", "2", key="k")
    received = bus.pull()
    with pytest.raises(exceptions.FailedPrecondition, match="out of order"):
        bus.ack(received[1:])
    bus.ack(received)
    bus.advance(11)
    assert bus.pull() == []


def test_unacknowledged_messages_are_dropped_after_their_retention(bus: Bus) -> None:
    bus.topic()
    bus.subscribe(message_retention_duration=Duration(seconds=600))
    bus.publish("old")
    bus.advance(400)
    bus.publish("young")
    bus.advance(201)
    assert texts(bus.pull()) == ["young"]


def test_an_unused_subscription_expires(bus: Bus) -> None:
    bus.topic()
    bus.subscribe(expiration_policy={"ttl": Duration(seconds=86400)})
    bus.subscribe(MORGUE, expiration_policy={})
    bus.advance(86_000)
    bus.pull()
    bus.advance(86_000)
    bus.pull()
    bus.advance(86_401)
    with pytest.raises(exceptions.NotFound):
        bus.pull()
    assert bus.pull(MORGUE) == []


def test_a_pull_gets_what_is_published_while_it_waits(bus: Bus) -> None:
    bus.topic()
    bus.subscribe()
    publishing = threading.Timer(0.2, bus.publish, ["late"])
    publishing.start()
    assert texts(bus.pull(wait=True)) == ["late"]
    publishing.join()


def test_a_batch_stays_below_what_clients_accept(bus: Bus) -> None:
    bus.topic()
    bus.subscribe()
    for number in range(5):
        bus.publish(f"{number}" * 1_000_000)
    batches = [[text[0] for text in texts(bus.pull())] for _ in range(2)]
    assert batches == [["0", "1", "2"], ["3", "4"]]


def test_a_stream_gets_no_more_than_its_flow_control_allows(bus: Bus) -> None:
    bus.topic()
    bus.subscribe()
    bus.publish("1", "2", "3")
    more = threading.Event()
    acks: list[str] = []

    def requests():
        yield types.StreamingPullRequest(
            subscription=SUBSCRIPTION, stream_ack_deadline_seconds=10, max_outstanding_messages=2
        )
        more.wait(10)
        yield types.StreamingPullRequest(ack_ids=acks)

    stream = bus.subscriber.streaming_pull(requests())
    first = next(stream).received_messages
    assert texts(first) == ["1", "2"]
    acks += [one.ack_id for one in first]
    more.set()
    assert texts(next(stream).received_messages) == ["3"]


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ({"subscription": SUBSCRIPTION}, "subscription may only be set in first message"),
        ({"stream_ack_deadline_seconds": 5}, "between 10 and 600"),
        ({"max_outstanding_bytes": 5}, "max_outstanding_bytes may only be set in first message"),
        ({"modify_deadline_ack_ids": ["1-1"]}, "same length"),
        ({"ack_ids": ["nonsense"]}, "Invalid ack id"),
    ],
)
def test_a_stream_ends_at_a_wrong_request(bus: Bus, second: dict, reason: str) -> None:
    bus.topic()
    bus.subscribe()
    first = {"subscription": SUBSCRIPTION, "stream_ack_deadline_seconds": 10}
    requests = [types.StreamingPullRequest(**fields) for fields in (first, second)]
    with pytest.raises(exceptions.InvalidArgument, match=reason):
        list(bus.subscriber.streaming_pull(iter(requests), timeout=10))


def test_a_stream_ends_when_its_subscription_does(bus: Bus) -> None:
    bus.topic()
    bus.subscribe()
    over = threading.Event()

    def requests():
        yield types.StreamingPullRequest(subscription=SUBSCRIPTION, stream_ack_deadline_seconds=10)
        over.wait(10)

    stream = bus.subscriber.streaming_pull(requests())
    bus.publish("a")
    next(stream)
    bus.subscriber.delete_subscription(subscription=SUBSCRIPTION)
    with pytest.raises(exceptions.NotFound):
        next(stream)
    over.set()


def test_a_detached_subscription_delivers_nothing(bus: Bus) -> None:
    bus.topic()
    bus.subscribe()
    bus.publish("a")
    bus.publisher.detach_subscription(request={"subscription": SUBSCRIPTION})
    bus.publish("b")
    with pytest.raises(exceptions.FailedPrecondition, match="detached"):
        bus.pull()
    assert bus.subscriber.get_subscription(subscription=SUBSCRIPTION).detached
    listed = bus.publisher.list_topic_subscriptions(topic=TOPIC)
    assert list(listed) == []
