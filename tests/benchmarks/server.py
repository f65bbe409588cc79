"""A server that runs alone for a while: a service under the stock command, or one of its peers."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from emulators.stack.manifest import Service
from emulators.stack.sockets import HOST
from tests.benchmarks.process_tree import cpu_ms

START_SECONDS = 60
GRACE_SECONDS = 10
PROGRAMS = Path(sys.executable).parent


@dataclass(frozen=True)
class Running:
    """A server that answers. Wall time is from process start to the first 200 on /healthz."""

    url: str
    pid: int
    wall_ms: float
    cpu_ms: float | None


def stock_command(root: Path, service: Service, port: int) -> list[str]:
    """The `functions-framework` command for a service, as its developer would type it."""
    source = root / service.folder / "main.py"
    signature = ["--asgi"] if service.signature == "asgi" else []
    return functions_framework(source, port) + signature


def functions_framework(source: Path, port: int) -> list[str]:
    """The stock command for any main.py with the target `handle`."""
    program = str(PROGRAMS / "functions-framework")
    place = ["--host", HOST, "--port", str(port)]
    return [program, "--source", str(source), "--target", "handle", *place]


@contextmanager
def serving(command: Sequence[str], port: int, environment: Mapping[str, str]) -> Iterator[Running]:
    """Starts a command and stops it at the end. Raises RuntimeError if it does not come up."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_healthy(process, port)
        wall_ms = (time.perf_counter() - began) * 1000
        yield Running(f"http://{HOST}:{port}", process.pid, wall_ms, cpu_ms(process.pid))
    finally:
        process.terminate()
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_healthy(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _healthy(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"did not start: {process.args!r}")
        time.sleep(0.002)


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=START_SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False  # not there yet
    finally:
        connection.close()
