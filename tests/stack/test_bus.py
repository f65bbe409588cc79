"""Topics, push subscriptions, dead letters and ticks of a running stack."""

from __future__ import annotations

import base64
from typing import Any

import grpc
from google.pubsub_v1 import PublisherClient, PubsubMessage
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

from emulators.stack.manifest import MANIFEST, load
from emulators.stack.topics import layout
from tests.stack.running_stack import PROJECT, RunningStack, eventually

EVENT = "sounds.call.made.v1"


def publish(stack: RunningStack, text: str, **attributes: str) -> None:
    with grpc.insecure_channel(stack.facts["emulators"]["pubsub"]) as channel:
        publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
        message = PubsubMessage(data=text.encode(), attributes=attributes)
        publisher.publish(topic=f"projects/frontdesk-local/topics/{EVENT}", messages=[message])


def received(stack: RunningStack, path: str, text: str) -> list[dict[str, Any]]:
    data = base64.b64encode(text.encode()).decode()
    heard = [push for push in stack.heard() if push["path"] == path]
    return [push for push in heard if push["message"].get("data") == data]


def test_an_event_reaches_the_service_that_listens(stack: RunningStack) -> None:
    publish(stack, "ping")
    (push,) = eventually(lambda: received(stack, "/events", "ping"))
    assert push["subscription"] == f"projects/frontdesk-local/subscriptions/echo.{EVENT}"


def test_an_event_refused_too_often_goes_to_the_dead_letters(stack: RunningStack) -> None:
    publish(stack, "poison", refuse="yes")
    eventually(lambda: received(stack, "/dead-letters", "poison"))
    assert not received(stack, "/events", "poison")


def test_a_service_with_a_schedule_is_ticked(stack: RunningStack) -> None:
    def ticks() -> list[dict[str, Any]]:
        return [
            push
            for push in stack.heard()
            if push.get("subscription", "").endswith("/echo.runtime.tick.v1")
        ]

    tick = eventually(ticks)[0]
    assert tick["message"]["attributes"]["ce-type"] == "runtime.tick.v1"
    assert tick["message"]["attributes"]["ce-id"]
    assert not [push for push in stack.heard() if "/idle." in push.get("subscription", "")]


def test_making_the_topics_again_changes_nothing(stack: RunningStack) -> None:
    from emulators.stack import bus
    from emulators.stack.topics import Layout

    folder = stack.root / ".frontdesk" / str(stack.ports.base)
    wanted = Layout.model_validate_json((folder / "topics.json").read_bytes())
    bus.apply(wanted, "frontdesk-local", stack.facts["emulators"]["pubsub"])
    publish(stack, "once")
    assert len(eventually(lambda: received(stack, "/events", "once"))) == 1


def test_the_layout_takes_deadlines_and_attempts_from_the_manifest() -> None:
    manifest = load(PROJECT / MANIFEST)
    urls = dict.fromkeys(manifest.services, "http://127.0.0.1:1")
    made = layout(manifest, manifest, urls, "secret")
    event, letters = made.subscriptions
    assert made.topics == ["echo.dead", EVENT, "sounds.echo.heard.v1"]
    assert (event.ack_seconds, event.max_attempts, event.dead_letter) == (10, 5, "echo.dead")
    assert event.endpoint == "http://127.0.0.1:1/events?token=secret"
    assert letters.endpoint == "http://127.0.0.1:1/dead-letters?token=secret"


def test_topics_of_services_left_out_exist_all_the_same() -> None:
    every = load(PROJECT / MANIFEST)
    few = every.select(["silence"])
    made = layout(few, every, dict.fromkeys(few.services, ""), "secret")
    assert EVENT in made.topics
    assert made.subscriptions == []
