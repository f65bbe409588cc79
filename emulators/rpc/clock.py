"""A clock that tests can push forward; otherwise the time of day."""

from __future__ import annotations

import asyncio
import contextlib
import time

NANOSECONDS = 1_000_000_000


class Clock:
    """Time in nanoseconds since the epoch, never behind the real one."""

    def __init__(self) -> None:
        self._ahead = 0
        self._moved = asyncio.Event()

    def now(self) -> int:
        """Nanoseconds since the epoch."""
        return time.time_ns() + self._ahead

    def after(self, seconds: float) -> int:
        """The instant `seconds` from now."""
        return self.now() + round(seconds * NANOSECONDS)

    async def sleep_until(self, instant: int) -> None:
        """Returns once it is `instant`, be it by waiting or by advancing."""
        while (left := instant - self.now()) > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), left / NANOSECONDS)

    def advance(self, seconds: float) -> None:
        """Moves time on by `seconds`. Raises ValueError for a step back."""
        if seconds < 0:
            raise ValueError("Time only goes forward.")
        self._ahead += round(seconds * NANOSECONDS)
        self._moved.set()
        self._moved = asyncio.Event()
