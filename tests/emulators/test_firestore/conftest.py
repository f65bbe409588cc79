"""Embedded Firestore emulators in processes of their own, their clients and admin API."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import urllib3
from google.cloud import firestore

from emulators.stack.sockets import HOST
from tests.emulators.embedded import serving

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
    with serving("--firestore-port", *arguments) as (process, port, admin):
        yield Emulator(process, port, admin)


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


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A process that ends by itself."""
    command = (sys.executable, "-m", "emulators.google", *arguments)
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
