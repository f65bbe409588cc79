"""Admin pages: topics, subscriptions with their backlogs, and the messages of one backlog."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from emulators.pubsub.catalog import Catalog
from emulators.pubsub.dead_letters import rfc3339
from emulators.pubsub.deliveries import Delivery, State
from emulators.pubsub.resources import Subscription
from emulators.rpc import html
from emulators.rpc.clock import NANOSECONDS

ROWS = 500
PREVIEW = 500


def page(catalog: Catalog, path: Sequence[str], now: int) -> str | None:
    """Of a subscription by its full name, or everything for no name; None for anything else.

    Shows 500 messages of a backlog, and of each 500 bytes.
    """
    if not path:
        return html.page("Pub/Sub", html.trail("pubsub"), *_overview(catalog, now))
    subscription = catalog.subscriptions.get("/".join(path))
    if subscription is None:
        return None
    shown = (_subscription(subscription, now), _messages(subscription.backlog.unacked()))
    return html.page(subscription.name, html.trail("pubsub"), *shown)


def _overview(catalog: Catalog, now: int) -> list[html.Html]:
    topics = [
        (topic.name, len(topic.subscriptions), len(topic.log), len(topic.snapshots))
        for _, topic in sorted(catalog.topics.items())
    ]
    subscriptions = [
        (
            html.link(name, "pubsub", *name.split("/")),
            subscription.config.topic,
            _delivery(subscription),
            *_counts(subscription.backlog.unacked(), now),
        )
        for name, subscription in sorted(catalog.subscriptions.items())
    ]
    snapshots = [
        (name, snapshot.config.topic, len(snapshot.messages), rfc3339(snapshot.expires))
        for name, snapshot in sorted(catalog.snapshots.items())
    ]
    headings = ("subscription", "topic", "delivery", "backlog", "outstanding", "oldest, seconds")
    return [
        html.table(("topic", "subscriptions", "retained messages", "snapshots"), topics),
        html.table(headings, subscriptions),
        html.table(("snapshot", "topic", "messages", "expires"), snapshots),
    ]


def _subscription(subscription: Subscription, now: int) -> html.Html:
    config = subscription.config
    backlog, outstanding, age = _counts(subscription.backlog.unacked(), now)
    rows = [
        ("topic", config.topic),
        ("delivery", _delivery(subscription)),
        ("filter", html.code(config.filter)),
        ("dead letters", config.dead_letter_policy.dead_letter_topic),
        ("backlog", backlog),
        ("outstanding", outstanding),
        ("oldest, seconds", age),
    ]
    return html.table(("", ""), rows)


def _messages(deliveries: Sequence[Delivery]) -> html.Html:
    headings = ("message", "published", "state", "attempt", "ordering key", "attributes", "data")
    return html.table(headings, [_message(delivery) for delivery in deliveries[:ROWS]])


def _message(delivery: Delivery) -> tuple[object, ...]:
    body = delivery.message.body
    attributes = ", ".join(f"{key}={value}" for key, value in sorted(body.attributes.items()))
    return (
        body.message_id,
        rfc3339(delivery.message.published),
        delivery.state.name.lower(),
        delivery.attempt,
        body.ordering_key,
        attributes,
        html.code(body.data[:PREVIEW].decode(errors="backslashreplace")),
    )


def _delivery(subscription: Subscription) -> str:
    """Pull, or where to; without the query, which may hold a token."""
    if subscription.config.detached:
        return "detached"
    return urlsplit(subscription.endpoint)._replace(query="").geturl() or "pull"


def _counts(deliveries: Sequence[Delivery], now: int) -> tuple[int, int, int]:
    """Messages, those of them that are leased, and the age of the oldest in seconds."""
    leased = sum(delivery.state is State.LEASED for delivery in deliveries)
    age = (now - deliveries[0].message.published) // NANOSECONDS if deliveries else 0
    return len(deliveries), leased, age
