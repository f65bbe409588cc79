"""The filter language of subscriptions."""

from __future__ import annotations

import pytest
from google.api_core.exceptions import InvalidArgument

from tests.conformance.differences import differs
from tests.conformance.pubsub.bus import Bus, texts

SENT = {
    "plain": {},
    "red": {"color": "red"},
    "blue": {"color": "blue", "size": "big"},
    "dark-red": {"color": "dark-red"},
    "empty": {"color": ""},
}


@differs("google", "Ignores filters.", "cloud.google.com/pubsub/docs/subscription-message-filter")
@pytest.mark.parametrize(
    "expression, found",
    [
        ('attributes.color = "red"', "red"),
        ('attributes.color != "red"', "plain blue dark-red empty"),
        ("attributes:color", "red blue dark-red empty"),
        ("NOT attributes:color", "plain"),
        ("-attributes:color", "plain"),
        ('hasPrefix(attributes.color, "dark")', "dark-red"),
        ('NOT hasPrefix(attributes.color, "dark")', "plain red blue empty"),
        ('attributes.color = "blue" AND attributes.size = "big"', "blue"),
        ('attributes.color = "red" OR attributes:size', "red blue"),
        ('attributes:color AND NOT (attributes.color = "red" OR attributes:size)',
         "dark-red empty"),
        ('attributes.color = ""', "empty"),
        ('attributes."color" = "red"', "red"),
        ('attributes : color AND attributes.size="big"', "blue"),
    ],
    ids=str,
)  # fmt: skip
def test_a_filter_lets_through(bus: Bus, expression: str, found: str) -> None:
    topic = bus.topic()
    subscription = bus.subscribed(topic, filter=expression)
    for text, attributes in SENT.items():
        bus.publish(text, **attributes)
    everything = bus.subscribed(topic, "later")
    bus.publish("end", topic=topic, color="red", size="big")
    assert texts(bus.pulled(everything)) == ["end"]
    came = texts(bus.pulled(subscription, len(found.split()), seconds=3))
    rest = texts(bus.pulled(subscription, 9, seconds=0.1))
    assert set(came + rest) - {"end"} == set(found.split())


@differs("google", "Ignores filters.", "cloud.google.com/pubsub/docs/subscription-message-filter")
@pytest.mark.parametrize(
    "expression",
    [
        "attributes.color",
        "color = red",
        'attributes.color = "red" AND attributes:size OR attributes:x',
        'attributes.color = "red',
        'attributes.color = "red" AND',
        'hasSuffix(attributes.color, "red")',
        'attributes.color > "red"',
        "(attributes:color",
        'data = "x"',
    ],
    ids=str,
)
def test_a_filter_that_is_none_is_refused(bus: Bus, expression: str) -> None:
    with pytest.raises(InvalidArgument):
        bus.subscribed(filter=expression)


@differs("google", "Takes longer ones.", "cloud.google.com/pubsub/docs/subscription-message-filter")
def test_a_filter_of_over_256_bytes_is_refused(bus: Bus) -> None:
    with pytest.raises(InvalidArgument):
        bus.subscribed(filter=f'attributes.color = "{"x" * 256}"')


def test_a_filter_cannot_change(bus: Bus) -> None:
    subscription = bus.subscribed(filter='attributes.color = "red"')
    with pytest.raises(InvalidArgument):
        bus.update(subscription, "filter", filter='attributes.color = "blue"')
