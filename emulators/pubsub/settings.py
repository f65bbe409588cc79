"""What a subscription's configuration means for its backlog."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emulators.pubsub.backoff import AT_ONCE, Backoff, backoff_of, seconds
from emulators.rpc.clock import NANOSECONDS

DEFAULT_RETENTION = 7 * 24 * 3600


@dataclass(frozen=True)
class Settings:
    """`retention` in nanoseconds; `most_attempts` of 0 means that nothing is dead-lettered."""

    ordered: bool = False
    exactly_once: bool = False
    retain_acked: bool = False
    retention: int = DEFAULT_RETENTION * NANOSECONDS
    backoff: Backoff = AT_ONCE
    most_attempts: int = 0

    @classmethod
    def of(cls, subscription: Any) -> Settings:
        """Those of a Subscription message with its defaults filled in."""
        dead_letters = subscription.dead_letter_policy
        return cls(
            ordered=subscription.enable_message_ordering,
            exactly_once=subscription.enable_exactly_once_delivery,
            retain_acked=subscription.retain_acked_messages,
            retention=round(seconds(subscription.message_retention_duration) * NANOSECONDS),
            backoff=backoff_of(subscription),
            most_attempts=dead_letters.max_delivery_attempts,
        )
