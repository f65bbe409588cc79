"""Embedded Secret Managers in processes of their own, their clients and admin API."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
import urllib3
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcTransport,
)

from emulators.stack.sockets import HOST
from tests.emulators.embedded import serving

ROOT = Path(__file__).resolve().parents[3]
PARENT = "projects/p"
NAME = f"{PARENT}/secrets/token"
LATEST = f"{NAME}/versions/latest"
REPLICATED = {"replication": {"automatic": {}}}


class Emulator:
    """One running process."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, admin: int) -> None:
        self.process = process
        self.channel = grpc.insecure_channel(f"{HOST}:{port}")
        transport = SecretManagerServiceGrpcTransport(channel=self.channel)
        self.client = SecretManagerServiceClient(transport=transport)
        self._admin = f"http://{HOST}:{admin}"

    def add_token(self, *payloads: bytes) -> str:
        """The secret `token` with these versions."""
        self.client.create_secret(parent=PARENT, secret_id="token", secret=REPLICATED)
        for payload in payloads:
            self.client.add_secret_version(parent=NAME, payload={"data": payload})
        return NAME

    def read(self, name: str = LATEST) -> bytes:
        return self.client.access_secret_version(name=name).payload.data

    def ask(self, method: str, path: str, /, **body: Any) -> bytes:
        answer = urllib3.request(method, f"{self._admin}{path}", json=body or None, retries=False)
        assert answer.status < 300, answer.data
        return answer.data

    def status(self, path: str) -> int:
        return urllib3.request("GET", f"{self._admin}{path}", retries=False).status

    def export(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.ask("GET", "/export").splitlines()]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def running(*arguments: str | Path, **environment: str) -> Iterator[Emulator]:
    """An emulator on free ports, with further arguments of the command line."""
    with serving("--secrets-port", *arguments, **environment) as (process, port, admin):
        emulator = Emulator(process, port, admin)
        yield emulator
        emulator.channel.close()


@pytest.fixture(scope="session")
def shared_secrets() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


@pytest.fixture
def emulator(shared_secrets: Emulator) -> Iterator[Emulator]:
    """Empty and without faults."""
    yield shared_secrets
    shared_secrets.ask("DELETE", "/faults")
    shared_secrets.ask("POST", "/reset")
