"""Embedded Firestore emulators in processes of their own, their clients and admin API."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import urllib3
from google.cloud import firestore

from emulators.stack.sockets import HOST, is_open, pause

ROOT = Path(__file__).resolve().parents[3]


class Emulator:
    """One running process."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, admin: int) -> None:
        self.process = process
        self.address = f"{HOST}:{port}"
        self._admin = f"http://{HOST}:{admin}"

    def client(self, project: str = "test-project") -> firestore.Client:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("FIRESTORE_EMULATOR_HOST", self.address)
            return firestore.Client(project=project)

    def ask(self, method: str, path: str, /, **body: Any) -> bytes:
        answer = urllib3.request(method, f"{self._admin}{path}", json=body or None, retries=False)
        assert answer.status < 300, answer.data
        return answer.data

    def refused(self, method: str, path: str, /, **body: Any) -> str:
        answer = urllib3.request(method, f"{self._admin}{path}", json=body or None, retries=False)
        assert answer.status in (400, 404)
        return answer.json()["error"]

    def page(self, path: str) -> str:
        return self.ask("GET", path).decode()

    def fault(self, **fault: Any) -> None:
        self.ask("POST", "/faults", **fault)

    def advance(self, seconds: float) -> None:
        self.ask("POST", "/clock/advance", seconds=seconds)

    def export(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.ask("GET", "/export").splitlines()]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def running(*arguments: str | Path) -> Iterator[Emulator]:
    """An emulator on free ports, with further arguments of the command line."""
    ports = _free_ports(2)
    named = ("--firestore-port", str(ports[0]), "--admin-port", str(ports[1]))
    command = (sys.executable, "-m", "emulators.google", *named, *map(str, arguments))
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        while not all(is_open(HOST, port) for port in ports):
            assert process.poll() is None, "the emulator did not start"
            pause()
        yield Emulator(process, *ports)
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="session")
def shared_emulator() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Iterator[Emulator]:
    """Empty and without faults."""
    yield shared_emulator
    shared_emulator.ask("DELETE", "/faults")
    shared_emulator.ask("POST", "/reset")


@pytest.fixture
def own_emulator() -> Iterator[Emulator]:
    """One whose clock a test may advance."""
    with running() as emulator:
        yield emulator


@pytest.fixture
def db(emulator: Emulator) -> firestore.Client:
    return emulator.client()


def _free_ports(count: int) -> list[int]:
    held = [socket.create_server((HOST, 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A process that ends by itself."""
    command = (sys.executable, "-m", "emulators.google", *arguments)
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
