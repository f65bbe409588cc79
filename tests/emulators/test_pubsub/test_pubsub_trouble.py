"""Faults on request, crashes, reset, export and the admin pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.api_core import exceptions
from google.protobuf.duration_pb2 import Duration

from tests.emulators.test_pubsub.conftest import PROJECT, SUBSCRIPTION, TOPIC, Bus, running, texts

SNAPSHOT = f"{PROJECT}/snapshots/before"


def test_a_dropped_delivery_comes_after_its_lease(bus: Bus) -> None:
    bus.topic()
    bus.subscribe()
    bus.ask("POST", "/faults", method="delivery", drop=1.0)
    bus.publish("a", "b")
    assert texts(bus.pull()) == ["b"]
    bus.advance(11)
    assert texts(bus.pull(wait=True)) == ["a", "b"]


def test_a_duplicated_delivery_comes_twice(bus: Bus) -> None:
    bus.topic()
    bus.subscribe()
    bus.ask("POST", "/faults", method="delivery", duplicate=1.0)
    bus.publish("a", "b")
    assert texts(bus.pull()) == ["a", "a", "b"]


def test_a_reordered_delivery_is_overtaken_but_not_within_an_ordering_key(bus: Bus) -> None:
    bus.topic()
    bus.subscribe(enable_message_ordering=True)
    bus.ask("POST", "/faults", method="delivery", reorder=1.0, times=3)
    bus.publish("late", "early")
    bus.publish("1", "2", key="k")
    assert texts(bus.pull()) == ["1", "2"]
    bus.advance(1)
    assert texts(bus.pull(wait=True)) == ["late", "early"]


def test_faults_are_the_same_for_the_same_seed(bus: Bus) -> None:
    bus.topic()
    runs = []
    for name in ("first", "second"):
        subscription = bus.subscribe(f"{PROJECT}/subscriptions/{name}")
        bus.publish(*map(str, range(50)))
        bus.ask("POST", "/faults", method="delivery", drop=0.5, times=0, seed=7)
        runs.append(texts(bus.pull(subscription)))
        bus.ask("DELETE", "/faults")
        bus.subscriber.delete_subscription(subscription=subscription)
    assert runs[0] == runs[1]
    assert 10 < len(runs[0]) < 40


def test_a_method_fails_as_the_switch_says_and_then_recovers(bus: Bus) -> None:
    bus.topic()
    bus.ask("POST", "/faults", method="*/GetTopic", code="PERMISSION_DENIED", skip=1)
    bus.publisher.get_topic(topic=TOPIC)
    with pytest.raises(exceptions.PermissionDenied):
        bus.publisher.get_topic(topic=TOPIC)
    bus.publisher.get_topic(topic=TOPIC)


def test_a_crash_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    data = tmp_path / "pubsub.sqlite"
    with running(data) as bus:
        bus.topic(message_retention_duration=Duration(seconds=600))
        bus.subscribe(enable_message_ordering=True)
        done = bus.publish("done", key="k")
        bus.ack(bus.pull())
        bus.subscriber.create_snapshot(name=SNAPSHOT, subscription=SUBSCRIPTION)
        bus.publish("leased", "waiting", key="k")
        bus.pull(most=1)
    with running(data) as bus:
        fresh = bus.publish("fresh", key="k")
        received = bus.pull()
        assert texts(received) == ["leased", "waiting", "fresh"]
        assert int(fresh[0]) > int(done[0])
        bus.ack(received)
        bus.subscriber.seek(request={"subscription": SUBSCRIPTION, "snapshot": SNAPSHOT})
        assert texts(bus.pull()) == ["leased", "waiting", "fresh"]
    with running(data) as bus:
        bus.subscriber.seek(request={"subscription": SUBSCRIPTION, "time": {"seconds": 1}})
        assert texts(bus.pull()) == ["done", "leased", "waiting", "fresh"]


def test_a_crash_does_not_forget_delivery_attempts_or_deletions(tmp_path: Path) -> None:
    data = tmp_path / "pubsub.sqlite"
    gone = f"{PROJECT}/subscriptions/gone"
    with running(data) as bus:
        bus.topic()
        bus.subscribe(gone)
        bus.subscribe(dead_letter_policy={"dead_letter_topic": TOPIC})
        bus.publish("a")
        bus.nack(bus.pull())
        bus.subscriber.delete_subscription(subscription=gone)
        bus.publisher.delete_topic(topic=TOPIC)
    with running(data) as bus:
        assert [one.delivery_attempt for one in bus.pull()] == [2]
        kept = bus.subscriber.list_subscriptions(project=PROJECT)
        assert [(one.name, one.topic) for one in kept] == [(SUBSCRIPTION, "_deleted-topic_")]
        assert list(bus.publisher.list_topics(project=PROJECT)) == []


def test_a_reset_forgets_everything_also_on_disk(tmp_path: Path) -> None:
    data = tmp_path / "pubsub.sqlite"
    with running(data) as bus:
        bus.topic()
        bus.subscribe()
        bus.publish("a")
        bus.ask("POST", "/reset")
        assert bus.export() == []
        bus.topic()
    with running(data) as bus:
        assert [line["topic"]["name"] for line in bus.export()] == [TOPIC]


def test_an_export_holds_resources_and_backlogs(bus: Bus) -> None:
    bus.topic()
    bus.subscribe()
    bus.publish("a", colour="red")
    bus.nack(bus.pull())
    bus.pull()
    topic, subscription, delivery = bus.export()
    assert topic["topic"]["name"] == TOPIC
    assert subscription["subscription"]["ackDeadlineSeconds"] == 10
    assert delivery["delivery"]["attributes"] == {"colour": "red"}
    assert (delivery["state"], delivery["attempt"]) == ("LEASED", 2)


def test_the_pages_show_backlogs_but_no_token_and_no_markup_of_messages(bus: Bus) -> None:
    bus.topic()
    bus.subscribe()
    push = {"push_endpoint": "http://127.0.0.1:9/events?token=hidden"}
    bus.subscribe(f"{PROJECT}/subscriptions/pushed", push_config=push)
    bus.publish("<script>alert(1)</script>")
    overview = bus.ask("GET", "/pubsub").decode()
    assert SUBSCRIPTION in overview
    assert "http://127.0.0.1:9/events" in overview
    assert "hidden" not in overview
    page = bus.ask("GET", f"/pubsub/{SUBSCRIPTION}").decode()
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_what_is_not_there_answers_unimplemented(bus: Bus) -> None:
    schema = bus.channel.unary_unary("/google.pubsub.v1.SchemaService/ListSchemas")
    with pytest.raises(Exception, match="UNIMPLEMENTED"):
        schema(b"")
    bus.topic()
    old = {"push_endpoint": "http://127.0.0.1:9", "attributes": {"x-goog-version": "v1beta1"}}
    for unsupported in (
        {"bigquery_config": {"table": "p.d.t"}},
        {"message_transforms": [{}]},
        {"push_config": old},
    ):
        with pytest.raises(exceptions.MethodNotImplemented):
            bus.subscribe(**unsupported)
