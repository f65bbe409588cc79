"""Programs that the stack runs beside its services, each in a session of its own.

A session of its own keeps the terminal's Ctrl-C away from them: the supervisor ends them.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from emulators.stack import lifeline
from emulators.stack.errors import StackError
from emulators.stack.sockets import is_open, pause

FORKS = hasattr(os, "fork")


class Program:
    """A running program; what it prints goes to its log."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        keep_open: Collection[int] = (),
    ) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - the stack's own commands
                leashed(command),
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=tuple(keep_open),
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return self._process.poll() is None

    def wait(self) -> int:
        """Waits for the end and returns the exit code."""
        return self._process.wait()

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        """Ends the program and all that it started."""
        if self.alive():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL) if FORKS else self._process.kill()
        self._process.wait()

    def wait_until_open(self, host: str, port: int, seconds: float = 30) -> None:
        """Returns when it accepts connections. Raises StackError when it ends or takes longer."""
        deadline = time.monotonic() + seconds
        while not is_open(host, port):
            if not self.alive():
                raise StackError(f"{self.name} ended at once: {last_line(self.log)}")
            if time.monotonic() > deadline:
                raise StackError(f"{self.name} is not up after {seconds:g} s: see {self.log}")
            pause()


def leashed(command: Sequence[str]) -> list[str]:
    """The command, tied to the life of this process where the system can do that."""
    if sys.platform != "linux":
        return list(command)
    return [sys.executable, "-IS", str(lifeline.__file__), str(os.getpid()), *command]


def stop(programs: Sequence[Program], grace: float = 1.0, ask: bool = True) -> None:
    """Asks all to end, waits at most `grace` seconds for them together, then kills the rest.

    `ask` is false where they know already.
    """
    deadline = time.monotonic() + grace
    for program in programs if ask else ():
        program.signal(signal.SIGTERM)
    while any(program.alive() for program in programs) and time.monotonic() < deadline:
        pause()
    for program in programs:
        program.kill()


def last_line(log: Path) -> str:
    """The last line of a log that is not blank, with the place of the rest."""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return f"{lines[-1].strip()[:300] if lines else 'it said nothing'} (all of it: {log})"
