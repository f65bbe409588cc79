"""How long a message waits between two deliveries: exponential from a minimum to a maximum.

Source: google.pubsub.v1.RetryPolicy; cloud.google.com/pubsub/docs/push ("push backoff").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LARGEST_EXPONENT = 32


@dataclass(frozen=True)
class Backoff:
    """Seconds before the second delivery, and the most there is before any."""

    minimum: float
    maximum: float

    def delay(self, failures: int) -> float:
        """Seconds to wait after the n-th failed delivery (n from 1)."""
        doubled: float = self.minimum * 2 ** min(failures - 1, LARGEST_EXPONENT)
        return min(self.maximum, doubled)


AT_ONCE = Backoff(0, 0)
PUSH = Backoff(0.1, 60)


def backoff_of(subscription: Any) -> Backoff:
    """Of a Subscription message: its retry policy, else at once for pull, push backoff for push."""
    if subscription.HasField("retry_policy"):
        policy = subscription.retry_policy
        return Backoff(seconds(policy.minimum_backoff), seconds(policy.maximum_backoff))
    return PUSH if subscription.push_config.push_endpoint else AT_ONCE


def seconds(duration: Any) -> float:
    """A Duration message in seconds."""
    length: float = duration.seconds + duration.nanos / 1e9
    return length
