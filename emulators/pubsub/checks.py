"""What topics, subscriptions and snapshots may look like, and the defaults of what is left out.

Source of limits and defaults: the comments of google/pubsub/v1/pubsub.proto and
cloud.google.com/pubsub/quotas. All functions raise InvalidArgument or Unimplemented.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from emulators.pubsub import filters
from emulators.pubsub.backoff import seconds
from emulators.pubsub.names import check
from emulators.pubsub.settings import DEFAULT_RETENTION
from emulators.rpc.errors import InvalidArgument, Unimplemented

DAY = 24 * 3600
RETENTION = (600, 31 * DAY)
EXPIRATION = 31 * DAY
ACK_DEADLINE = (10, 600)
ATTEMPTS = (5, 100)
DEFAULT_BACKOFF = (10, 600)
MOST_LABELS = 64
ACTIVE = 1
TOPIC_MUTABLE = ("labels", "message_retention_duration", "message_storage_policy", "kms_key_name")
TOPIC_UNSUPPORTED = ("schema_settings", "ingestion_data_source_settings", "message_transforms")
SUBSCRIPTION_MUTABLE = (
    "push_config",
    "ack_deadline_seconds",
    "retain_acked_messages",
    "message_retention_duration",
    "labels",
    "expiration_policy",
    "dead_letter_policy",
    "retry_policy",
    "enable_exactly_once_delivery",
)
SUBSCRIPTION_UNSUPPORTED = (
    "bigquery_config",
    "cloud_storage_config",
    "bigtable_config",
    "message_transforms",
)
OUTPUT_ONLY = (
    "detached",
    "topic_message_retention_duration",
    "analytics_hub_subscription_info",
    "tags",
)


def complete_topic(topic: Any) -> None:
    """Checks a Topic message and fills it in."""
    _refuse(topic, TOPIC_UNSUPPORTED)
    _check_labels(topic.labels)
    if topic.HasField("message_retention_duration"):
        _within("message_retention_duration", seconds(topic.message_retention_duration), RETENTION)
    topic.ClearField("tags")
    topic.state = ACTIVE


def complete_subscription(subscription: Any) -> filters.Predicate | None:
    """Checks a Subscription message and fills it in; answers with its filter, if it has one."""
    _refuse(subscription, SUBSCRIPTION_UNSUPPORTED)
    subscription.state = ACTIVE
    _check_labels(subscription.labels)
    subscription.ack_deadline_seconds = subscription.ack_deadline_seconds or ACK_DEADLINE[0]
    _within("ack_deadline_seconds", subscription.ack_deadline_seconds, ACK_DEADLINE)
    _complete_lifetimes(subscription)
    _complete_policies(subscription)
    _check_push(subscription)
    try:
        return filters.parse(subscription.filter) if subscription.filter else None
    except filters.FilterError as wrong:
        raise InvalidArgument(str(wrong)) from wrong


def clear_output_only(subscription: Any) -> None:
    """Takes off what a request may not set."""
    for name in OUTPUT_ONLY:
        subscription.ClearField(name)


def _check_push(subscription: Any) -> None:
    """An endpoint is a URL that takes the format of v1; exactly-once delivery is for pulling."""
    endpoint = subscription.push_config.push_endpoint
    if not endpoint:
        return
    try:
        url = urlsplit(endpoint)
        usable = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise InvalidArgument(f"Invalid push endpoint given (endpoint={endpoint}).")
    if subscription.push_config.attributes.get("x-goog-version") == "v1beta1":
        raise Unimplemented("This emulator does not push in the format of v1beta1.")
    if subscription.enable_exactly_once_delivery:
        raise InvalidArgument("Exactly-once delivery is not supported for push subscriptions.")


def _complete_lifetimes(subscription: Any) -> None:
    if not subscription.HasField("message_retention_duration"):
        subscription.message_retention_duration.seconds = DEFAULT_RETENTION
    retention = seconds(subscription.message_retention_duration)
    _within("message_retention_duration", retention, RETENTION)
    if not subscription.HasField("expiration_policy"):
        subscription.expiration_policy.ttl.seconds = EXPIRATION
    policy = subscription.expiration_policy
    if policy.HasField("ttl") and seconds(policy.ttl) < DAY:
        raise InvalidArgument("expiration_policy.ttl must be at least 1 day.")


def _complete_policies(subscription: Any) -> None:
    if subscription.HasField("retry_policy"):
        policy = subscription.retry_policy
        bounds = (policy.minimum_backoff, policy.maximum_backoff)
        names = ("minimum_backoff", "maximum_backoff")
        for name, bound, default in zip(names, bounds, DEFAULT_BACKOFF, strict=True):
            if not policy.HasField(name):
                bound.seconds = default
            _within(f"retry_policy.{name}", seconds(bound), (0, 600))
        if seconds(bounds[0]) > seconds(bounds[1]):
            raise InvalidArgument("minimum_backoff must not be greater than maximum_backoff.")
    if subscription.dead_letter_policy.dead_letter_topic:
        dead_letters = subscription.dead_letter_policy
        check(dead_letters.dead_letter_topic, "topics")
        dead_letters.max_delivery_attempts = dead_letters.max_delivery_attempts or ATTEMPTS[0]
        _within("max_delivery_attempts", dead_letters.max_delivery_attempts, ATTEMPTS)
    elif subscription.HasField("dead_letter_policy"):
        subscription.ClearField("dead_letter_policy")


def _check_labels(labels: Any) -> None:
    if len(labels) > MOST_LABELS:
        raise InvalidArgument(f"A resource has at most {MOST_LABELS} labels.")


def _refuse(resource: Any, unsupported: tuple[str, ...]) -> None:
    for field, _ in resource.ListFields():
        if field.name in unsupported:
            raise Unimplemented(f"This emulator does not support {field.name}.")


def _within(name: str, value: float, bounds: tuple[float, float]) -> None:
    if not bounds[0] <= value <= bounds[1]:
        raise InvalidArgument(f"{name} out of bounds: must be from {bounds[0]} to {bounds[1]}.")
