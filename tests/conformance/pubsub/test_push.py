"""Push subscriptions: the request, its retries, its token."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import pytest
from google.api_core.exceptions import InvalidArgument

from tests.conformance.differences import differs
from tests.conformance.pubsub.bus import Bus, texts
from tests.conformance.pubsub.endpoint import Endpoint, listening

ACCOUNT = "pusher@frontdesk.iam.gserviceaccount.com"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with listening() as open_endpoint:
        yield open_endpoint


def pushed(bus: Bus, endpoint: Endpoint, config: dict | None = None, **fields: object) -> str:
    push = {"push_endpoint": endpoint.url, **(config or {})}
    return bus.subscribed(push_config=push, **fields)


def test_a_message_is_pushed_in_its_envelope(bus: Bus, endpoint: Endpoint) -> None:
    subscription = pushed(bus, endpoint)
    (message_id,) = bus.publish("héllo", color="red")
    came = endpoint.next()
    message = came.envelope["message"]
    assert (came.path, came.text) == ("/push", "héllo")
    assert came.envelope["subscription"] == subscription
    assert (message["messageId"], message["message_id"]) == (message_id, message_id)
    assert message["attributes"] == {"color": "red"}
    assert message["publishTime"] == message["publish_time"]


def test_a_push_is_json(bus: Bus, endpoint: Endpoint) -> None:
    pushed(bus, endpoint)
    bus.publish("a")
    assert endpoint.next().headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_success_acknowledges(bus: Bus, endpoint: Endpoint, status: int) -> None:
    endpoint.answers = [status]
    pushed(bus, endpoint)
    bus.publish("a")
    endpoint.next()
    assert endpoint.nothing_more(1)


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_anything_else_is_pushed_again(bus: Bus, endpoint: Endpoint, status: int) -> None:
    endpoint.answers = [status]
    pushed(bus, endpoint)
    bus.publish("a")
    first, again = endpoint.next(), endpoint.next()
    assert first.envelope["message"]["messageId"] == again.envelope["message"]["messageId"]
    assert endpoint.nothing_more()


def test_a_retry_policy_delays_the_next_push(bus: Bus, endpoint: Endpoint) -> None:
    endpoint.answers = [500]
    policy = {"minimum_backoff": {"seconds": 2}, "maximum_backoff": {"seconds": 3}}
    pushed(bus, endpoint, retry_policy=policy)
    bus.publish("a")
    endpoint.next()
    assert endpoint.nothing_more(1)
    assert endpoint.next().text == "a"


def test_what_cannot_be_pushed_goes_to_the_dead_letters(bus: Bus, endpoint: Endpoint) -> None:
    dead = bus.subscribed(bus.topic("dead"), "undertaker")
    policy = {"dead_letter_topic": bus.name("topics", "dead"), "max_delivery_attempts": 5}
    endpoint.answers = [500] * 9
    retry = {"minimum_backoff": {"nanos": 100_000_000}, "maximum_backoff": {"seconds": 1}}
    pushed(bus, endpoint, dead_letter_policy=policy, retry_policy=retry)
    bus.publish("a")
    assert texts(bus.pulled(dead)) == ["a"]


@differs("google", "Leaves deliveryAttempt out.", "cloud.google.com/pubsub/docs/handling-failures")
def test_a_push_counts_its_attempts(bus: Bus, endpoint: Endpoint) -> None:
    bus.topic("dead")
    policy = {"dead_letter_topic": bus.name("topics", "dead"), "max_delivery_attempts": 5}
    endpoint.answers = [500]
    pushed(bus, endpoint, dead_letter_policy=policy)
    bus.publish("a")
    assert [endpoint.next().envelope["deliveryAttempt"] for _ in range(2)] == [1, 2]


def test_an_unreachable_endpoint_gets_it_later(bus: Bus) -> None:
    with listening() as gone:
        subscription = pushed(bus, gone)
    bus.publish("a")
    with listening() as endpoint:
        bus.update(subscription, "push_config", push_config={"push_endpoint": endpoint.url})
        assert endpoint.next().text == "a"


def test_a_push_subscription_may_become_a_pull_subscription(bus: Bus, endpoint: Endpoint) -> None:
    subscription = pushed(bus, endpoint)
    request = {"subscription": subscription, "push_config": {}}
    bus.subscriber.modify_push_config(request=request)
    bus.publish("a")
    assert texts(bus.pulled(subscription)) == ["a"]
    assert endpoint.nothing_more()


def test_a_pull_subscription_may_become_a_push_subscription(bus: Bus, endpoint: Endpoint) -> None:
    subscription = bus.subscribed()
    bus.publish("a")
    request = {"subscription": subscription, "push_config": {"push_endpoint": endpoint.url}}
    bus.subscriber.modify_push_config(request=request)
    assert endpoint.next().text == "a"


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "no url", "127.0.0.1/x"])
def test_an_endpoint_is_a_url(bus: Bus, url: str) -> None:
    with pytest.raises(InvalidArgument):
        bus.subscribed(push_config={"push_endpoint": url})


def test_many_messages_are_all_pushed(bus: Bus, endpoint: Endpoint) -> None:
    pushed(bus, endpoint)
    bus.publish(*[str(n) for n in range(100)])
    assert {endpoint.next().text for _ in range(100)} == {str(n) for n in range(100)}


def test_messages_of_a_key_are_pushed_in_order(bus: Bus, endpoint: Endpoint) -> None:
    pushed(bus, endpoint, enable_message_ordering=True)
    bus.publish(*[str(n) for n in range(20)], key="k")
    came = [endpoint.next() for _ in range(20)]
    assert [each.text for each in came] == [str(n) for n in range(20)]


@differs("google", "Leaves orderingKey out.", "cloud.google.com/pubsub/docs/push")
def test_a_push_carries_the_ordering_key(bus: Bus, endpoint: Endpoint) -> None:
    pushed(bus, endpoint, enable_message_ordering=True)
    bus.publish("a", key="k")
    assert endpoint.next().envelope["message"]["orderingKey"] == "k"


def test_a_failed_push_holds_its_key(bus: Bus, endpoint: Endpoint) -> None:
    endpoint.answers = [500]
    pushed(bus, endpoint, enable_message_ordering=True)
    bus.publish(*"ab", key="k")
    assert [endpoint.next().text for _ in range(3)] == ["a", "a", "b"]


def claims(token: str) -> dict:
    body = token.removeprefix("Bearer ").split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


@differs(
    "google", "Sends no token.", "cloud.google.com/pubsub/docs/authenticate-push-subscriptions"
)
def test_a_push_carries_an_oidc_token(bus: Bus, endpoint: Endpoint) -> None:
    oidc = {"service_account_email": ACCOUNT, "audience": "frontdesk"}
    pushed(bus, endpoint, {"oidc_token": oidc})
    bus.publish("a")
    token = claims(endpoint.next().headers["authorization"])
    assert (token["aud"], token["email"], token["email_verified"]) == ("frontdesk", ACCOUNT, True)
    assert token["iss"] == "https://accounts.google.com"
    assert token["exp"] > token["iat"]


@differs(
    "google", "Sends no token.", "cloud.google.com/pubsub/docs/authenticate-push-subscriptions"
)
def test_the_audience_is_the_endpoint_unless_said(bus: Bus, endpoint: Endpoint) -> None:
    pushed(bus, endpoint, {"oidc_token": {"service_account_email": ACCOUNT}})
    bus.publish("a")
    assert claims(endpoint.next().headers["authorization"])["aud"] == endpoint.url


def test_an_unwrapped_push_is_the_data_alone(bus: Bus, endpoint: Endpoint) -> None:
    pushed(bus, endpoint, {"no_wrapper": {"write_metadata": False}})
    bus.publish("plain text", color="red")
    assert endpoint.next().body == b"plain text"


def test_an_unwrapped_push_may_carry_metadata(bus: Bus, endpoint: Endpoint) -> None:
    subscription = pushed(bus, endpoint, {"no_wrapper": {"write_metadata": True}})
    (message_id,) = bus.publish("a", color="red")
    headers = endpoint.next().headers
    assert headers["x-goog-pubsub-message-id"] == message_id
    assert headers["x-goog-pubsub-subscription-name"] == subscription
    assert headers["color"] == "red"
