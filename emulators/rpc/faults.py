"""Fault switches: what tests and the admin API make the emulators do wrong, and when."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from dataclasses import MISSING, dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any

import grpc

from emulators.rpc.errors import Injected

DELIVERY = "delivery"


@dataclass
class Fault:
    """What happens to calls of the methods that `method` matches (a glob, "*/Commit").

    Calls first wait `latency` seconds. With a `code` ("ABORTED") they then fail: before anything
    is done, or, with `after`, once all is done, as if the answer had been lost. The first `skip`
    calls are spared, the `times` ones after them struck (0: all).
    The method "delivery" stands for Pub/Sub's deliveries, which have rates from 0 to 1 instead,
    drawn with `seed`: `duplicate` sends a message twice, `drop` loses one attempt, `reorder`
    sends a message later than the one after it.
    """

    method: str
    latency: float = 0.0
    code: str = ""
    text: str = "A fault was injected."
    after: bool = False
    skip: int = 0
    times: int = 1
    duplicate: float = 0.0
    drop: float = 0.0
    reorder: float = 0.0
    seed: int = 0
    seen: int = field(default=0, init=False)
    random: random.Random = field(
        default_factory=random.Random, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if self.code and self.code not in grpc.StatusCode.__members__:
            raise ValueError(f"{self.code!r} is not a gRPC status code.")
        self.random.seed(self.seed)

    @classmethod
    def parse(cls, described: dict[str, Any]) -> Fault:
        """A fault from JSON. Raises ValueError or TypeError, in words."""
        known = {one.name: one.default for one in fields(cls) if one.init}
        for name, value in described.items():
            if name not in known:
                raise ValueError(f"A fault has no {name!r}.")
            expected = str if known[name] is MISSING else type(known[name])
            if not isinstance(value, (int, float) if expected is float else expected):
                raise TypeError(f"A fault's {name} must be of type {expected.__name__}.")
        if "method" not in described:
            raise ValueError("A fault needs a method.")
        return cls(**described)

    def describe(self) -> dict[str, Any]:
        """As JSON; `seen` counts the calls that matched."""
        shown = (one.name for one in fields(self) if one.name != "random")
        return {name: getattr(self, name) for name in shown}

    @property
    def spent(self) -> bool:
        """Whether it strikes no more."""
        return bool(self.times) and self.seen >= self.skip + self.times

    def meets(self, method: str) -> bool:
        """Counts a call of `method`, and says whether it is struck."""
        if self.spent or not fnmatchcase(method, self.method):
            return False
        self.seen += 1
        return self.seen > self.skip

    async def strike(self, *, after: bool) -> None:
        """Waits and fails as the fault says, if this is its side of the call."""
        if after != self.after:
            return
        await asyncio.sleep(self.latency)
        if self.code:
            raise Injected(grpc.StatusCode[self.code], self.text)


class Faults:
    """The switches that are on."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._faults = list(faults)

    def add(self, fault: Fault) -> None:
        """Switches one on."""
        self._faults.append(fault)

    def clear(self) -> None:
        """Switches all off."""
        self._faults.clear()

    def describe(self) -> list[dict[str, Any]]:
        """Those switched on, spent ones included, as JSON."""
        return [fault.describe() for fault in self._faults]

    def meeting(self, method: str) -> list[Fault]:
        """The faults that strike this call of `method` (a full name, "pkg.Service/Method")."""
        return [fault for fault in self._faults if fault.meets(method)]
