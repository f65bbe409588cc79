"""Streaming pull, as applications use it."""

from __future__ import annotations

import queue
from collections.abc import Iterator

import pytest
from google.api_core.exceptions import NotFound
from google.cloud.pubsub_v1.types import FlowControl

from tests.conformance.pubsub.bus import Bus

PATIENCE = 20


class Consumer:
    """A streaming pull whose messages are taken one by one."""

    def __init__(
        self, bus: Bus, subscription: str, came: queue.Queue | None = None, **options: object
    ) -> None:
        self._came = came or queue.Queue()
        self.future = bus.subscriber.subscribe(subscription, self._came.put, **options)

    def next(self, seconds: float = PATIENCE):
        """The next message; raises queue.Empty when none comes."""
        return self._came.get(timeout=seconds)

    def nothing_more(self, seconds: float = 0.5) -> bool:
        try:
            self._came.get(timeout=seconds)
        except queue.Empty:
            return True
        return False

    def stop(self) -> None:
        self.future.cancel()
        self.future.result(PATIENCE)


@pytest.fixture
def consume(bus: Bus) -> Iterator:
    """Starts consumers that stop with the check."""
    started = []

    def start(subscription: str, *came: queue.Queue, **options: object) -> Consumer:
        started.append(Consumer(bus, subscription, *came, **options))
        return started[-1]

    yield start
    for each in started:
        each.stop()


def test_a_stream_gets_what_waits(bus: Bus, consume) -> None:
    subscription = bus.subscribed()
    bus.publish("a", color="red")
    message = consume(subscription).next()
    message.ack()
    assert (message.data, dict(message.attributes)) == (b"a", {"color": "red"})


def test_a_stream_gets_what_is_published_later(bus: Bus, consume) -> None:
    consumer = consume(bus.subscribed())
    bus.publish("a")
    message = consumer.next()
    message.ack()
    assert message.data == b"a"


def test_an_acknowledged_message_does_not_come_again(bus: Bus, consume) -> None:
    subscription = bus.subscribed()
    consumer = consume(subscription)
    bus.publish("a")
    consumer.next().ack()
    assert consumer.nothing_more()
    assert bus.pull(subscription) == []


def test_a_nacked_message_comes_again(bus: Bus, consume) -> None:
    consumer = consume(bus.subscribed())
    (message_id,) = bus.publish("a")
    consumer.next().nack()
    again = consumer.next()
    again.ack()
    assert again.message_id == message_id


def test_a_modified_deadline_brings_a_message_back(bus: Bus, consume) -> None:
    consumer = consume(bus.subscribed())
    bus.publish("a")
    consumer.next().modify_ack_deadline(0)
    again = consumer.next()
    again.ack()
    assert again.data == b"a"


def test_flow_control_holds_messages_back(bus: Bus, consume) -> None:
    consumer = consume(bus.subscribed(), flow_control=FlowControl(max_messages=2))
    bus.publish(*"abcd")
    held = [consumer.next(), consumer.next()]
    assert consumer.nothing_more()
    for message in held:
        message.ack()
    rest = [consumer.next(), consumer.next()]
    for message in rest:
        message.ack()
    assert sorted(each.data for each in held + rest) == [b"a", b"b", b"c", b"d"]


def test_two_streams_share_the_messages(bus: Bus, consume) -> None:
    subscription = bus.subscribed()
    came: queue.Queue = queue.Queue()
    for _ in range(2):
        consume(subscription, came)
    bus.publish(*[str(n) for n in range(40)])
    messages = [came.get(timeout=PATIENCE) for _ in range(40)]
    for message in messages:
        message.ack()
    assert len({message.data for message in messages}) == 40


def test_a_stream_of_a_subscription_that_is_not_there_fails(bus: Bus) -> None:
    future = bus.subscriber.subscribe(bus.name("subscriptions", "none"), lambda message: None)
    with pytest.raises(NotFound):
        future.result(PATIENCE)
