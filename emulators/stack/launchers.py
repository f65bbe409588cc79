"""How the supervisor gets a service's process: from the zygote, or as a program of its own."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from emulators.stack.channel import Channel, Message
from emulators.stack.child import ENTRY_POINT, Assignment, environment
from emulators.stack.events import Event, Exited, Forked, LauncherGone, Preloaded, Tell
from emulators.stack.processes import FORKS, Program, stop


class Launcher(Protocol):
    """Starts and signals services; tells what becomes of them."""

    @property
    def pid(self) -> int | None:
        """Of the process that all share, if there is one."""

    def launch(self, assignment: Assignment, listener: socket.socket) -> None:
        """One process for the service, on its socket. Told: Forked, and Exited one day."""

    def signal(self, name: str, number: int) -> None:
        """Sends a signal to the service's process, if it has one."""

    def stop(self) -> None:
        """Ends every process: those in the middle of a request get a second."""


class ZygoteLauncher:
    """Forks services from one parent that has imported the heavy libraries."""

    def __init__(self, environment: Mapping[str, str], logs: Path, tell: Tell) -> None:
        ours, theirs = socket.socketpair()
        module = ("-m", "emulators.stack.zygote", str(theirs.fileno()), str(os.getpid()))
        command = (sys.executable, *module)
        log = logs / "zygote.log"
        self._tell = tell
        self._program = Program("zygote", command, environment, log, [theirs.fileno()])
        self._channel = Channel(ours)
        theirs.close()
        threading.Thread(target=self._listen, name="zygote", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._program.pid

    def launch(self, assignment: Assignment, listener: socket.socket) -> None:
        self._send({"do": "fork", "assignment": vars(assignment)}, listener)

    def signal(self, name: str, number: int) -> None:
        self._send({"do": "signal", "name": name, "signal": number})

    def stop(self) -> None:
        self._channel.shut()
        stop([self._program], grace=1.5, ask=False)
        self._channel.close()

    def _send(self, message: Message, carried: socket.socket | None = None) -> None:
        try:
            self._channel.send(message, carried)
        except OSError:
            return  # it has ended: LauncherGone is on its way

    def _listen(self) -> None:
        while (messages := self._channel.receive()) is not None:
            for message in messages:
                self._tell(self._event(message))
        self._tell(LauncherGone(self))

    def _event(self, message: Message) -> Event:
        kind = message.pop("event")
        if kind == "preloaded":
            return Preloaded(self)
        return Forked(**message) if kind == "forked" else Exited(**message)


class PlainLauncher:
    """Where there is no fork: the stock `functions-framework` command, one program a service.

    It binds the port itself, so between two processes of a service connections are refused.
    """

    def __init__(self, environment: Mapping[str, str], logs: Path, tell: Tell) -> None:
        self._environment = environment
        self._logs = logs
        self._tell = tell
        self._programs: dict[str, Program] = {}
        tell(Preloaded(self))

    @property
    def pid(self) -> None:
        return None

    def launch(self, assignment: Assignment, listener: socket.socket) -> None:
        listener.close()
        function = (f"--target={ENTRY_POINT}", f"--source={assignment.source}")
        place = ("--host=127.0.0.1", f"--port={assignment.port}")
        flags = ("--asgi",) if assignment.signature == "asgi" else ()
        program = Program(
            assignment.name,
            (sys.executable, "-m", "functions_framework", *function, *place, *flags),
            {**self._environment, **environment(assignment)},
            Path(assignment.log),
        )
        self._programs[assignment.name] = program
        self._tell(Forked(assignment.name, assignment.generation, program.pid))
        threading.Thread(target=self._wait, args=(assignment, program), daemon=True).start()

    def signal(self, name: str, number: int) -> None:
        if program := self._programs.get(name):
            program.signal(number) if number == signal.SIGTERM else program.kill()

    def stop(self) -> None:
        stop(list(self._programs.values()))

    def _wait(self, assignment: Assignment, program: Program) -> None:
        program.wait()
        self._tell(Exited(assignment.name, assignment.generation))


def start_launcher(environment: Mapping[str, str], logs: Path, tell: Tell) -> Launcher:
    """The zygote where the system can fork."""
    return (ZygoteLauncher if FORKS else PlainLauncher)(environment, logs, tell)
