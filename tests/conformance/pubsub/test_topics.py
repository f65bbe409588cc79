"""Topics: made, described, changed, listed, deleted."""

from __future__ import annotations

import pytest
from google.api_core.exceptions import AlreadyExists, InvalidArgument, NotFound

from tests.conformance.differences import differs
from tests.conformance.pubsub.bus import Bus


def test_a_topic_is_described_as_it_was_made(bus: Bus) -> None:
    topic = bus.topic("orders", labels={"team": "a"})
    got = bus.publisher.get_topic(request={"topic": topic})
    assert (got.name, dict(got.labels)) == (topic, {"team": "a"})


def test_a_topic_is_made_once(bus: Bus) -> None:
    bus.topic("orders")
    with pytest.raises(AlreadyExists):
        bus.topic("orders")


def test_a_topic_that_is_not_there_is_not_found(bus: Bus) -> None:
    with pytest.raises(NotFound):
        bus.publisher.get_topic(request={"topic": bus.name("topics", "none")})


@pytest.mark.parametrize("name", ["ab", "1abc", "googly", "a b c", "a/b/c", "x" * 256, "abc!"])
def test_a_topic_may_not_be_named(bus: Bus, name: str) -> None:
    with pytest.raises(InvalidArgument):
        bus.topic(name)


@pytest.mark.parametrize("name", ["abc", "x" * 255, "a-b_c.d~e+f%g", "Abc9"])
def test_a_topic_may_be_named(bus: Bus, name: str) -> None:
    assert bus.topic(name) == bus.name("topics", name)


def test_topics_of_the_project_are_listed(bus: Bus) -> None:
    made = {bus.topic(name) for name in ("one", "two", "three")}
    listed = bus.publisher.list_topics(request={"project": bus.project})
    assert {each.name for each in listed} == made


def test_topics_are_listed_in_pages(bus: Bus) -> None:
    made = {bus.topic(f"topic-{n}") for n in range(5)}
    request = {"project": bus.project, "page_size": 2}
    pages = list(bus.publisher.list_topics(request=request).pages)
    assert [len(page.topics) for page in pages] == [2, 2, 1]
    assert {each.name for page in pages for each in page.topics} == made


def test_a_deleted_topic_is_gone(bus: Bus) -> None:
    topic = bus.topic()
    bus.publisher.delete_topic(request={"topic": topic})
    with pytest.raises(NotFound):
        bus.publisher.get_topic(request={"topic": topic})


def test_deleting_a_topic_that_is_not_there_fails(bus: Bus) -> None:
    with pytest.raises(NotFound):
        bus.publisher.delete_topic(request={"topic": bus.name("topics", "none")})


def test_a_deleted_topic_leaves_its_subscription_without_one(bus: Bus) -> None:
    topic = bus.topic()
    subscription = bus.subscribed(topic)
    bus.publisher.delete_topic(request={"topic": topic})
    got = bus.subscriber.get_subscription(request={"subscription": subscription})
    assert got.topic == "_deleted-topic_"


def test_what_was_published_before_a_topic_was_deleted_can_be_pulled(bus: Bus) -> None:
    topic = bus.topic()
    subscription = bus.subscribed(topic)
    bus.publish("kept")
    bus.publisher.delete_topic(request={"topic": topic})
    assert len(bus.pulled(subscription)) == 1


def test_a_topic_made_again_has_no_subscriptions(bus: Bus) -> None:
    topic = bus.topic()
    bus.subscribed(topic)
    bus.publisher.delete_topic(request={"topic": topic})
    bus.topic()
    listed = bus.publisher.list_topic_subscriptions(request={"topic": topic})
    assert list(listed) == []


def test_subscriptions_of_a_topic_are_listed(bus: Bus) -> None:
    topic = bus.topic()
    made = {bus.subscribed(topic, f"worker-{n}") for n in range(3)}
    bus.subscribed(bus.topic("others"), "other")
    listed = bus.publisher.list_topic_subscriptions(request={"topic": topic})
    assert set(listed) == made


@differs("google", "UpdateTopic changes nothing.", "google.pubsub.v1 Publisher.UpdateTopic")
def test_the_labels_of_a_topic_change(bus: Bus) -> None:
    topic = bus.topic("orders", labels={"team": "a"})
    changed = {"name": topic, "labels": {"team": "b"}}
    bus.publisher.update_topic(request={"topic": changed, "update_mask": {"paths": ["labels"]}})
    assert dict(bus.publisher.get_topic(request={"topic": topic}).labels) == {"team": "b"}


def test_the_retention_of_a_topic_is_kept(bus: Bus) -> None:
    topic = bus.topic("orders", message_retention_duration={"seconds": 3600})
    got = bus.publisher.get_topic(request={"topic": topic})
    assert got.message_retention_duration.total_seconds() == 3600
