"""The two sets of emulators that every check runs on: the embedded ones and Google's."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from emulators.stack import sdk
from emulators.stack.errors import StackError
from emulators.stack.sockets import HOST, is_open, pause

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("embedded", "google")
START_SECONDS = 60


@dataclass(frozen=True)
class Backend:
    """Addresses (host:port) of one Firestore and one Pub/Sub; `admin` only where embedded."""

    name: str
    firestore: str
    pubsub: str
    admin: str = ""


@contextmanager
def running(name: str) -> Iterator[Backend]:
    """The emulators called `name`: those at CONFORMANCE_<NAME>, else some of our own.

    The variable holds "firestore,pubsub[,admin]". Raises StackError when Google's are missing.
    """
    if given := os.environ.get(f"CONFORMANCE_{name.upper()}"):
        yield Backend(name, *given.split(","))
        return
    with ExitStack() as stack:
        yield stack.enter_context(embedded() if name == "embedded" else _google())


@contextmanager
def embedded(*arguments: str) -> Iterator[Backend]:
    """Embedded emulators on free ports, in memory unless the arguments name a --data folder."""
    firestore, pubsub, admin = ports = _free_ports(3)
    flags = ("--firestore-port", "--pubsub-port", "--admin-port")
    named = (word for pair in zip(flags, map(str, ports), strict=True) for word in pair)
    with _process((sys.executable, "-m", "emulators.google", *named, *arguments), ports):
        yield Backend("embedded", *(f"{HOST}:{port}" for port in (firestore, pubsub, admin)))


@contextmanager
def _google() -> Iterator[Backend]:
    firestore, pubsub = _free_ports(2)
    with (
        _process(sdk.firestore_command(firestore), [firestore]),
        _process(sdk.pubsub_command(pubsub), [pubsub]),
    ):
        yield Backend("google", f"{HOST}:{firestore}", f"{HOST}:{pubsub}")


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        free = [held.enter_context(socket.create_server((HOST, 0))) for _ in range(count)]
        return [listener.getsockname()[1] for listener in free]


@contextmanager
def _process(command: Sequence[str], ports: Sequence[int]) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet)
    deadline = time.monotonic() + START_SECONDS
    try:
        while not all(is_open(HOST, port) for port in ports):
            if process.poll() is not None or time.monotonic() > deadline:
                raise StackError(f"did not start: {' '.join(command)}")
            pause()
        yield
    finally:
        process.terminate()
        process.wait()
