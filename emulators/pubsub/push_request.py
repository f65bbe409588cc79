"""The HTTP request that a push subscription sends for a message.

Source: cloud.google.com/pubsub/docs/push and /docs/payload-unwrapping.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from emulators.pubsub.dead_letters import rfc3339
from emulators.pubsub.deliveries import Delivery, Message
from emulators.rpc.clock import NANOSECONDS

ISSUER = "https://accounts.google.com"
TOKEN_SECONDS = 3600
BASE_HEADERS = {"Content-Type": "application/json", "User-Agent": "CloudPubSub-Google"}


def push_request(delivery: Delivery, subscription: Any, now: int) -> tuple[dict[str, str], bytes]:
    """Headers and body for a delivery of `subscription` (a Subscription message)."""
    push = subscription.push_config
    headers = dict(BASE_HEADERS)
    if push.HasField("oidc_token"):
        headers["Authorization"] = f"Bearer {_token(push, now)}"
    if not push.HasField("no_wrapper"):
        return headers, _wrapped(delivery, subscription)
    headers["Content-Type"] = "application/octet-stream"
    if push.no_wrapper.write_metadata:
        headers |= _metadata(delivery, subscription)
    return headers, delivery.message.body.data


def _wrapped(delivery: Delivery, subscription: Any) -> bytes:
    body, published = delivery.message.body, _publish_time(delivery.message)
    message: dict[str, Any] = {
        "data": base64.b64encode(body.data).decode(),
        "messageId": body.message_id,
        "message_id": body.message_id,
        "publishTime": published,
        "publish_time": published,
    }
    if body.attributes:
        message["attributes"] = dict(body.attributes)
    if body.ordering_key:
        message["orderingKey"] = body.ordering_key
    wrapped: dict[str, Any] = {"message": message, "subscription": subscription.name}
    if subscription.dead_letter_policy.dead_letter_topic:
        wrapped["deliveryAttempt"] = delivery.attempt
    return json.dumps(wrapped).encode()


def _metadata(delivery: Delivery, subscription: Any) -> dict[str, str]:
    body = delivery.message.body
    headers = {
        "x-goog-pubsub-subscription-name": subscription.name,
        "x-goog-pubsub-message-id": body.message_id,
        "x-goog-pubsub-publish-time": _publish_time(delivery.message),
    }
    if body.ordering_key:
        headers["x-goog-pubsub-ordering-key"] = body.ordering_key
    if subscription.dead_letter_policy.dead_letter_topic:
        headers["x-goog-pubsub-delivery-attempt"] = str(delivery.attempt)
    return headers | dict(body.attributes)


def _token(push: Any, now: int) -> str:
    """An OpenID Connect token as Google makes them, but unsecured (RFC 7519 §6): no signature."""
    issued = now // NANOSECONDS
    account = push.oidc_token.service_account_email
    claims = {
        "aud": push.oidc_token.audience or push.push_endpoint,
        "azp": account,
        "email": account,
        "email_verified": True,
        "exp": issued + TOKEN_SECONDS,
        "iat": issued,
        "iss": ISSUER,
        "sub": account,
    }
    return f"{_segment({'alg': 'none', 'typ': 'JWT'})}.{_segment(claims)}."


def _segment(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def _publish_time(message: Message) -> str:
    return rfc3339(message.published)
