"""What becomes of a message that used up its delivery attempts.

Source: cloud.google.com/pubsub/docs/dead-letter-topics#forwarded-message-attributes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from emulators.pubsub.deliveries import Delivery
from emulators.pubsub.names import split
from emulators.pubsub.protos import PubsubMessage
from emulators.rpc.clock import NANOSECONDS

PREFIX = "CloudPubSubDeadLetterSource"


def dead_letter(delivery: Delivery, subscription: str) -> Any:
    """The PubsubMessage to publish to the dead-letter topic of `subscription` (a full name)."""
    original = delivery.message.body
    project, name = split(subscription)
    body = PubsubMessage(data=original.data, ordering_key=original.ordering_key)
    body.attributes.update(original.attributes)
    body.attributes[f"{PREFIX}DeliveryCount"] = str(delivery.failures)
    body.attributes[f"{PREFIX}Subscription"] = name
    body.attributes[f"{PREFIX}SubscriptionProject"] = project
    body.attributes[f"{PREFIX}TopicPublishTime"] = rfc3339(delivery.message.published)
    if delivery.error:
        body.attributes[f"{PREFIX}DeliveryErrorMessage"] = delivery.error
    return body


def rfc3339(instant: int) -> str:
    """Nanoseconds since the epoch as RFC 3339 with milliseconds, in UTC."""
    time = datetime.fromtimestamp(instant // NANOSECONDS, UTC)
    return f"{time:%Y-%m-%dT%H:%M:%S}.{instant % NANOSECONDS // 1_000_000:03d}Z"
