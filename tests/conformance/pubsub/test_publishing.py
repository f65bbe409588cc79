"""What may be published, and what is refused."""

from __future__ import annotations

import pytest
from google.api_core.exceptions import InvalidArgument, NotFound

from tests.conformance.differences import differs
from tests.conformance.pubsub.bus import Bus


def test_publishing_to_a_topic_that_is_not_there_fails(bus: Bus) -> None:
    with pytest.raises(NotFound):
        bus.publish("a", topic=bus.name("topics", "none"))


def test_a_message_of_nothing_is_refused(bus: Bus) -> None:
    bus.topic()
    with pytest.raises(InvalidArgument):
        bus.publish("")


def test_a_message_may_be_attributes_alone(bus: Bus) -> None:
    subscription = bus.subscribed()
    bus.publish("", color="red")
    assert dict(bus.pulled(subscription)[0].message.attributes) == {"color": "red"}


def test_publishing_no_message_is_refused(bus: Bus) -> None:
    bus.topic()
    with pytest.raises(InvalidArgument):
        bus.publish()


@differs("google", "Takes 10.5 MB.", "cloud.google.com/pubsub/quotas: 10 MB a request")
def test_a_publication_of_over_ten_megabytes_is_refused(bus: Bus) -> None:
    bus.topic()
    with pytest.raises(InvalidArgument):
        bus.publish("x" * 10_500_000)


@differs("google", "Takes 101 attributes.", "cloud.google.com/pubsub/quotas: 100 attributes")
def test_a_message_of_over_100_attributes_is_refused(bus: Bus) -> None:
    bus.topic()
    with pytest.raises(InvalidArgument):
        bus.publish("a", **{f"k{n}": "v" for n in range(101)})


@differs("google", "Takes longer names.", "cloud.google.com/pubsub/quotas: 256 bytes")
def test_an_attribute_name_of_over_256_bytes_is_refused(bus: Bus) -> None:
    bus.topic()
    with pytest.raises(InvalidArgument):
        bus.publish("a", **{"k" * 257: "v"})


@differs("google", "Takes longer values.", "cloud.google.com/pubsub/quotas: 1,024 bytes")
def test_an_attribute_value_of_over_1024_bytes_is_refused(bus: Bus) -> None:
    bus.topic()
    with pytest.raises(InvalidArgument):
        bus.publish("a", key="v" * 1025)


def test_a_publication_of_over_1000_messages_is_refused(bus: Bus) -> None:
    bus.topic()
    with pytest.raises(InvalidArgument):
        bus.publish(*["a"] * 1001)
