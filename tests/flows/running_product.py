"""The product on this machine: its own stack, started and stopped by the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar

import pytest
import requests

from emulators.stack import backends
from emulators.stack.errors import StackError
from emulators.stack.manifest import MANIFEST, Manifest, load
from emulators.stack.ports import FIRST_FREE, STRIDE, Part, Ports, free_ports

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 120  # seconds; the machine may be busy
ELSEWHERE = ("FIRESTORE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST", "OPENAI_BASE_URL")

Found = TypeVar("Found")
Action = Literal["stop", "start", "restart", "kill"]


@dataclass(frozen=True)
class Product:
    """A running stack, by what its ready file says."""

    facts: dict[str, Any]

    @property
    def gateway(self) -> str:
        return str(self.facts["gateway"])

    def emulator(self, part: Part) -> str:
        """The address of the emulator of an outside system."""
        return str(self.facts["emulators"][part])

    def service(self, name: str, action: Action | None = None) -> dict[str, Any]:
        """How a service fares; `action` happens to it first."""
        control = self.facts["control"]
        if action:
            requests.post(f"{control}/services/{name}/{action}", timeout=PATIENCE)
        services: dict[str, dict[str, Any]] = requests.get(control, timeout=PATIENCE).json()[
            "services"
        ]
        return services[name]

    def wait_until_ready(self, name: str) -> None:
        eventually(lambda: self.service(name)["state"] == "ready")


@contextmanager
def running(
    folder: Path, environment: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Product]:
    """A stack with emulators of its own, but for those that `environment` says are elsewhere."""
    ready = folder / "ready.json"
    output = folder / "output.txt"
    base = free_base()
    command = [sys.executable, "-m", "emulators.cli", "--root", str(REPOSITORY), "up"]
    options = ["--port-base", str(base), "--ready-file", str(ready), "--unannounced"]
    with output.open("wb") as printed:
        stack = subprocess.Popen(
            [*command, *options],
            env={**own_environment(), **environment},
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
    try:
        eventually(lambda: ready.exists() or stack.poll() is not None)
        if stack.poll() is not None:
            pytest.fail(f"the stack did not start: {output.read_text()}")
        yield Product(json.loads(ready.read_text()))
    finally:
        stack.terminate()
        stack.wait(PATIENCE)


def emulators() -> dict[str, backends.Backend]:
    """The emulators that a stack would start, by name; skips where one cannot be had."""
    with pytest.MonkeyPatch.context() as here:
        for variable in ELSEWHERE:
            here.delenv(variable, raising=False)
        try:
            return {backend.name: backend for backend in backends.choose(Ports(free_base()))}
        except StackError as missing:
            pytest.skip(str(missing))


def manifest() -> Manifest:
    return load(REPOSITORY / MANIFEST)


def free_base() -> int:
    """Of a hundred free ports; processes that test at the same time look in different places."""
    return free_ports(manifest(), FIRST_FREE + STRIDE * (os.getpid() % 80)).base


def own_environment() -> dict[str, str]:
    """This one without the emulators that other tests may have started.

    Tests say in X-Forwarded-For which address they come from, as Google's front end does.
    """
    kept = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    return {**kept, "PYTHONPATH": str(REPOSITORY), "TRUSTED_PROXIES": "1"}


def eventually(find: Callable[[], Found]) -> Found:
    """What `find` returns once it is true; fails the test if it never is."""
    deadline = time.monotonic() + PATIENCE
    while not (found := find()):
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)
    return found
