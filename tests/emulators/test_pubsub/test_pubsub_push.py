"""Pushing to an endpoint: requests, connections, retries and the window."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration

from tests.emulators.test_pubsub.conftest import PROJECT, SUBSCRIPTION, TOPIC, Bus

PATIENCE = 10
DEAD = f"{PROJECT}/topics/dead"
MORGUE = f"{PROJECT}/subscriptions/morgue"
QUICK = {"minimum_backoff": Duration(nanos=1_000_000), "maximum_backoff": Duration(seconds=1)}


class Endpoint:
    """Keeps what it is sent; `answers` are the statuses to give, the last one for good."""

    def __init__(self) -> None:
        self.answers = [200]
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.connections: set[int] = set()
        self.busy = self.most_busy = 0
        self.released = threading.Event()
        self.released.set()
        self._came = threading.Condition()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint.connections.add(self.client_address[1])
                status = endpoint.take(dict(self.headers), body)
                self.send_response(status)
                if status != 204:
                    self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok" if status != 204 else b"")

            def log_message(self, *_: Any) -> None:
                """Keeps the test's output clean."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/events?token=secret"

    def take(self, headers: dict[str, str], body: bytes) -> int:
        with self._came:
            self.requests.append((headers, body))
            self.busy += 1
            self.most_busy = max(self.most_busy, self.busy)
            status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            self._came.notify_all()
        self.released.wait(PATIENCE)
        with self._came:
            self.busy -= 1
        return status

    def wait_for(self, count: int) -> list[tuple[dict[str, str], bytes]]:
        with self._came:
            assert self._came.wait_for(lambda: len(self.requests) >= count, PATIENCE)
            return list(self.requests)

    def texts(self, count: int) -> list[str]:
        wrapped = [json.loads(body)["message"]["data"] for _, body in self.wait_for(count)]
        return [base64.b64decode(data).decode() for data in wrapped]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    running = Endpoint()
    threading.Thread(target=running.server.serve_forever, daemon=True).start()
    yield running
    running.released.set()
    running.server.shutdown()
    running.server.server_close()


def until_acknowledged(bus: Bus) -> None:
    deadline = time.monotonic() + PATIENCE
    while any("delivery" in line for line in bus.export()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_message_is_pushed_in_the_documented_envelope(bus: Bus, endpoint: Endpoint) -> None:
    bus.topic()
    bus.subscribe(push_config={"push_endpoint": endpoint.url})
    [number] = bus.publish("hello", key="k", colour="red")
    [(headers, body)] = endpoint.wait_for(1)
    sent = json.loads(body)
    published = sent["message"]["publishTime"]
    assert sent == {
        "message": {
            "data": base64.b64encode(b"hello").decode(),
            "attributes": {"colour": "red"},
            "messageId": number,
            "message_id": number,
            "publishTime": published,
            "publish_time": published,
            "orderingKey": "k",
        },
        "subscription": SUBSCRIPTION,
    }
    assert headers["Content-Type"] == "application/json"
    assert "Authorization" not in headers
    until_acknowledged(bus)


def test_a_pushed_token_has_the_claims_of_googles(bus: Bus, endpoint: Endpoint) -> None:
    bus.topic()
    token = {"service_account_email": "push@example.com", "audience": "frontdesk"}
    bus.subscribe(push_config={"push_endpoint": endpoint.url, "oidc_token": token})
    bus.publish("a")
    [(headers, _)] = endpoint.wait_for(1)
    scheme, value = headers["Authorization"].split()
    header, claims, signature = value.split(".")
    assert (scheme, signature) == ("Bearer", "")
    assert decoded(header) == {"alg": "none", "typ": "JWT"}
    given = decoded(claims)
    assert given["exp"] - given["iat"] == 3600
    assert (given["aud"], given["email"]) == ("frontdesk", "push@example.com")
    assert (given["iss"], given["email_verified"]) == ("https://accounts.google.com", True)


def decoded(segment: str) -> dict[str, Any]:
    return json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))


def test_an_unwrapped_message_is_the_body_and_its_metadata_headers(
    bus: Bus, endpoint: Endpoint
) -> None:
    bus.topic()
    unwrapped = {"push_endpoint": endpoint.url, "no_wrapper": {"write_metadata": True}}
    bus.subscribe(push_config=unwrapped)
    [number] = bus.publish("raw", colour="red")
    [(headers, body)] = endpoint.wait_for(1)
    assert body == b"raw"
    assert headers["x-goog-pubsub-message-id"] == number
    assert headers["x-goog-pubsub-subscription-name"] == SUBSCRIPTION
    assert headers["colour"] == "red"


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_success_acknowledges(bus: Bus, endpoint: Endpoint, status: int) -> None:
    endpoint.answers = [status]
    bus.topic()
    bus.subscribe(push_config={"push_endpoint": endpoint.url})
    bus.publish("a")
    endpoint.wait_for(1)
    until_acknowledged(bus)
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize("status", [203, 301, 400, 429, 500])
def test_any_other_answer_is_tried_again(bus: Bus, endpoint: Endpoint, status: int) -> None:
    endpoint.answers = [status, 200]
    bus.topic()
    bus.subscribe(push_config={"push_endpoint": endpoint.url}, retry_policy=QUICK)
    bus.publish("a")
    assert endpoint.texts(2) == ["a", "a"]
    until_acknowledged(bus)


def test_what_an_endpoint_never_takes_becomes_a_dead_letter_with_the_reason(
    bus: Bus, endpoint: Endpoint
) -> None:
    endpoint.answers = [500]
    bus.topic()
    bus.topic(DEAD)
    bus.subscribe(MORGUE, DEAD)
    policy = {"dead_letter_topic": DEAD, "max_delivery_attempts": 5}
    push = {"push_endpoint": endpoint.url}
    bus.subscribe(push_config=push, retry_policy=QUICK, dead_letter_policy=policy)
    bus.publish("poison")
    sent = [json.loads(body)["deliveryAttempt"] for _, body in endpoint.wait_for(5)]
    assert sent == [1, 2, 3, 4, 5]
    [letter] = bus.pull(MORGUE, wait=True)
    reason = letter.message.attributes["CloudPubSubDeadLetterSourceDeliveryErrorMessage"]
    assert "500" in reason


def test_connections_are_kept_and_few(bus: Bus, endpoint: Endpoint) -> None:
    bus.topic()
    bus.subscribe(push_config={"push_endpoint": endpoint.url})
    bus.publish(*map(str, range(200)))
    assert sorted(endpoint.texts(200), key=int) == [str(number) for number in range(200)]
    assert len(endpoint.connections) <= 16


def test_no_more_requests_are_under_way_than_the_window_allows(
    bus: Bus, endpoint: Endpoint
) -> None:
    endpoint.released.clear()
    bus.topic()
    bus.subscribe(push_config={"push_endpoint": endpoint.url})
    bus.publish(*map(str, range(100)))
    endpoint.wait_for(4)
    endpoint.released.set()
    endpoint.wait_for(100)
    assert 4 <= endpoint.most_busy <= 16


def test_an_ordering_key_is_pushed_one_message_at_a_time_and_in_order(
    bus: Bus, endpoint: Endpoint
) -> None:
    endpoint.answers = [200, 500, 200]
    bus.topic()
    push = {"push_endpoint": endpoint.url}
    bus.subscribe(push_config=push, enable_message_ordering=True, retry_policy=QUICK)
    bus.publish("1", "2", "3", key="k")
    assert endpoint.texts(4) == ["1", "2", "2", "3"]
    assert endpoint.most_busy == 1


def test_a_dead_endpoint_is_served_once_it_is_there(bus: Bus, endpoint: Endpoint) -> None:
    bus.topic()
    bus.subscribe(push_config={"push_endpoint": "http://127.0.0.1:9/x"}, retry_policy=QUICK)
    bus.publish("a")
    push = {"push_endpoint": endpoint.url}
    bus.subscriber.modify_push_config(subscription=SUBSCRIPTION, push_config=push)
    assert endpoint.texts(1) == ["a"]


def test_a_subscription_may_turn_from_push_to_pull(bus: Bus, endpoint: Endpoint) -> None:
    bus.topic()
    bus.subscribe(push_config={"push_endpoint": endpoint.url})
    bus.subscriber.modify_push_config(subscription=SUBSCRIPTION, push_config={})
    bus.publish("a", topic=TOPIC)
    assert len(bus.pull(wait=True)) == 1
    assert endpoint.requests == []
