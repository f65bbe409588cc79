"""Waiting without polling: a bell that wakes all who wait, and an alarm on the virtual clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from emulators.rpc.clock import Clock


class Bell:
    """Wakes everyone who waits, each time it is rung."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wakes those who wait now."""
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self) -> None:
        """Returns at the next ring."""
        await self._event.wait()


class Alarm:
    """Calls `alarmed` once at the earliest instant it was set to."""

    def __init__(self, clock: Clock, alarmed: Callable[[], None]) -> None:
        self._clock = clock
        self._alarmed = alarmed
        self._instant: int | None = None
        self._waiting: asyncio.Task[None] | None = None

    def set(self, instant: int | None) -> None:
        """Goes off at `instant` (nanoseconds) or earlier; None asks for nothing."""
        if instant is None or (self._instant is not None and self._instant <= instant):
            return
        self.stop()
        self._instant = instant
        self._waiting = asyncio.get_running_loop().create_task(self._wait(instant))

    def stop(self) -> None:
        """Forgets what it was set to."""
        if self._waiting:
            self._waiting.cancel()
        self._waiting = self._instant = None

    async def _wait(self, instant: int) -> None:
        await self._clock.sleep_until(instant)
        self._waiting = self._instant = None
        self._alarmed()
