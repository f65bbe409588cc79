"""The embedded emulators' process, for tests of one engine in it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emulators.stack.sockets import HOST, is_open, pause

ROOT = Path(__file__).parents[2]


@contextmanager
def serving(
    port_option: str, *arguments: str | Path, **environment: str
) -> Iterator[tuple[subprocess.Popen[bytes], int, int]]:
    """The process, its engine's port (given by that option) and its admin port, all free ones."""
    ports = _free_ports(2)
    named = (port_option, str(ports[0]), "--admin-port", str(ports[1]))
    command = (sys.executable, "-m", "emulators.google", *named, *map(str, arguments))
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL
    )
    try:
        while not all(is_open(HOST, port) for port in ports):
            assert process.poll() is None, "the emulator did not start"
            pause()
        yield process, ports[0], ports[1]
    finally:
        process.terminate()
        process.wait()


def _free_ports(count: int) -> list[int]:
    held = [socket.create_server((HOST, 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports
