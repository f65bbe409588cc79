"""A service of a running stack: its socket, its process and how they fare."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from emulators.stack import memory
from emulators.stack.child import Assignment
from emulators.stack.errors import StackError
from emulators.stack.sockets import listen

State = Literal["starting", "ready", "failing", "stopped"]
QUICK_DEATH_SECONDS = 2.0
FIRST_BACK_OFF, LONGEST_BACK_OFF = 0.1, 5.0


@dataclass
class RunningService:
    """`due` is when its next process shall be made (monotonic), None while it has or wants none.

    `live` is from the launch to the end of a process, `pid` a little shorter; `replacing` that
    its end is meant. `generation` counts its processes; `start_ms` is from the fork to the first
    200 on /healthz.
    """

    name: str
    source: Path
    signature: str
    port: int
    log: Path
    listener: socket.socket
    state: State = "starting"
    pid: int | None = None
    generation: int = 0
    due: float | None = 0.0
    forked_at: float = 0.0
    start_ms: float | None = None
    quick_deaths: int = 0
    replacing: bool = False
    live: bool = False

    @property
    def restarts(self) -> int:
        return max(0, self.generation - 1)

    def launched(self) -> Assignment:
        """What its next process, now on the way, is to do.

        Raises StackError when its port has been taken since it was stopped.
        """
        if self.listener.fileno() < 0:
            self._listen_again()
        self.generation += 1
        self.live, self.replacing, self.due = True, False, None
        self.forked_at = time.monotonic()
        if self.state != "failing":
            self.state = "starting"
        source, log = str(self.source), str(self.log)
        return Assignment(self.name, self.generation, source, self.signature, self.port, log)

    def is_current(self, generation: int) -> bool:
        """Whether that process is its present one."""
        return self.live and self.generation == generation

    def _listen_again(self) -> None:
        try:
            self.listener = listen(self.port)
        except StackError:
            self.state, self.due = "failing", time.monotonic() + LONGEST_BACK_OFF
            raise

    def healthy(self, milliseconds: float) -> None:
        """Its first 200."""
        self.state = "ready"
        self.start_ms = round(milliseconds, 1)

    def exited(self) -> None:
        """Plans the next process: at once, or after a pause when it keeps dying young."""
        self.live, self.pid = False, None
        if self.state == "stopped":
            return
        now = time.monotonic()
        if self.replacing or now - self.forked_at > QUICK_DEATH_SECONDS:
            self.quick_deaths = 0
        else:
            self.quick_deaths += 1
        self.state = "failing" if self.quick_deaths > 1 else "starting"
        self.due = now + self._pause()

    def _pause(self) -> float:
        if self.quick_deaths <= 1:
            return 0.0
        return min(LONGEST_BACK_OFF, FIRST_BACK_OFF * 2.0 ** min(self.quick_deaths, 10))

    def stopped(self) -> None:
        """Connections are refused once its process has ended too."""
        self.state, self.due = "stopped", None
        self.listener.close()

    def started(self) -> None:
        """Wanted again after `stopped`; its next process waits for the end of the last."""
        if self.state == "stopped":
            self.state = "starting"
            self.replace()
            self.due = None if self.live else 0.0

    def replace(self) -> None:
        """The end of its process is meant: no pause before the next."""
        self.replacing = True
        self.ending()
        if self.due is not None:
            self.due = 0.0

    def ending(self) -> None:
        """Its process has been told to end: what it was says nothing any more."""
        if self.state == "ready":
            self.state = "starting"

    def view(self) -> dict[str, object]:
        """As the control server shows it; memory in bytes."""
        used = memory.of_process(self.pid)
        return {
            "port": self.port,
            "pid": self.pid,
            "state": self.state,
            "restarts": self.restarts,
            "start_ms": self.start_ms,
            "pss": used.pss,
            "rss": used.rss,
        }
