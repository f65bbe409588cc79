"""Rate limits by GCRA, the leaky bucket as a meter (ITU-T I.371; brandur.org/rate-limiting)."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

CAPACITY = 10_000
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a limit: of `burst` requests, whole again in `reset` seconds.

    `wait` is over 0 when the request came too early, by that many seconds.
    """

    burst: int
    remaining: int
    reset: float
    wait: float = 0.0

    def headers(self) -> dict[str, str]:
        """The RateLimit fields; RateLimit-Remaining counts down from RateLimit-Limit."""
        return {
            "RateLimit-Limit": str(self.burst),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(math.ceil(self.reset)),
        }


class Limiter:
    """`count` requests in `seconds`, up to `burst` of them at once, for each key.

    The least recently seen of more than 10,000 keys is forgotten, so memory is bounded.
    """

    def __init__(
        self,
        count: int,
        seconds: float,
        burst: int | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._interval = seconds / count
        self._burst = burst or count
        self._clock = clock
        # Key to theoretical arrival time: when its bucket will be empty again.
        self._arrivals: OrderedDict[Hashable, float] = OrderedDict()

    @classmethod
    def parse(cls, text: str) -> Limiter:
        """The limiter of `count/seconds` or `count/seconds/burst`; raises ValueError."""
        parts = text.split("/")
        count, seconds, burst = parts if len(parts) == 3 else (*parts, parts[0])
        return cls(int(count), int(seconds), int(burst))

    def take(self, key: Hashable) -> Allowance:
        """What is left after this request; one that comes too early is not counted."""
        now = self._clock()
        full = self._interval * self._burst
        before = max(self._arrivals.get(key, now), now)
        after = before + self._interval
        wait = after - full - now
        if wait > ROUNDING:
            return Allowance(self._burst, 0, before - now, wait)
        self._remember(key, after)
        remaining = math.floor((full - (after - now)) / self._interval + ROUNDING)
        return Allowance(self._burst, remaining, after - now)

    def _remember(self, key: Hashable, arrival: float) -> None:
        self._arrivals[key] = arrival
        self._arrivals.move_to_end(key)
        if len(self._arrivals) > CAPACITY:
            self._arrivals.popitem(last=False)
