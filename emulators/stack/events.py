"""What happens to a stack, as its supervisor hears of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Action = Literal["status", "stop", "start", "restart", "kill"]


@dataclass(frozen=True)
class Preloaded:
    """The launcher can fork now."""

    launcher: object


@dataclass(frozen=True)
class LauncherGone:
    """The launcher has ended, and every service with it."""

    launcher: object


@dataclass(frozen=True)
class Forked:
    """The `generation`-th process of a service is there."""

    name: str
    generation: int
    pid: int


@dataclass(frozen=True)
class Exited:
    """The `generation`-th process of a service has ended."""

    name: str
    generation: int


@dataclass(frozen=True)
class Healthy:
    """/healthz of that process has answered 200 for the first time."""

    name: str
    generation: int
    milliseconds: float


@dataclass(frozen=True)
class Changed:
    """Source files that came, went or were written."""

    paths: frozenset[Path]


@dataclass(frozen=True)
class Command:
    """What somebody asked for through the control server; `done` gets the answer."""

    action: Action
    name: str | None = None
    done: Future[Any] = field(default_factory=Future)


Event = Preloaded | LauncherGone | Forked | Exited | Healthy | Changed | Command
Tell = Callable[[Event], None]
