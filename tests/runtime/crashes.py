"""Kills the process at any step of what it does, as SIGKILL would.

A step is a call to one of the doors to the outside (store, bus, files) or the handler itself. The
n-th one raises `Killed`, either before it takes effect or just after, and from then on every
further step of that run raises it as well: nothing that the dead process would have done is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from shared.cloud import firestore, pubsub, storage

DOORS = ((firestore, "commit"), (pubsub, "publish"), (storage, "write"))


class Killed(BaseException):
    """The process is gone; nothing in it may catch this."""


class Crash:
    """Dies at the n-th step, `after` it or before; `reached` says whether there was one."""

    def __init__(self, step: int, *, after: bool) -> None:
        self._step = step
        self._after = after
        self._steps = 0
        self.reached = False

    def step(self, act: Callable[..., object], *arguments: object, **named: object) -> object:
        if self.reached:
            raise Killed
        self._steps += 1
        if self._steps < self._step:
            return act(*arguments, **named)
        self.reached = True
        if self._after:
            act(*arguments, **named)
        raise Killed


@contextmanager
def dying(crash: Crash, orders) -> Iterator[None]:
    """Runs the service in a process that dies of `crash`."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in DOORS:
            patch.setattr(module, name, through(crash, getattr(module, name)))
        patch.setattr(orders, "interrupt", through(crash, lambda: None))
        yield


def through(crash: Crash, act: Callable[..., object]) -> Callable[..., object]:
    def stepped(*arguments: object, **named: object) -> object:
        return crash.step(act, *arguments, **named)

    return stepped


def every_crash(run: Callable[[Crash], None], check: Callable[[Crash], None]) -> int:
    """Runs with a crash before and after every step there is, checks each time; counts them."""
    crashes = 0
    for after in (False, True):
        for step in range(1, 100):
            crash = Crash(step, after=after)
            run(crash)
            check(crash)
            if not crash.reached:
                break
            crashes += 1
    return crashes
