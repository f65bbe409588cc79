"""Stacks of a small project (a gateway, two services), started by the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import urllib3

from emulators.stack.manifest import MANIFEST, load
from emulators.stack.ports import FIRST_FREE, STRIDE, Ports, free_ports

PROJECT = Path(__file__).with_name("project")
REPOSITORY = Path(__file__).parents[2]
PATIENCE = 30
# A connection that a process took just before its end is reset, as in the cloud; none is refused.
RETRY = urllib3.Retry(3, connect=0)


class RunningStack:
    """A stack started with `frontdesk up`, and what a user can do to it."""

    def __init__(self, root: Path, *options: str) -> None:
        self.root = root
        self.ports = ports_for(root)
        self.output = root / "output.txt"
        self.heard_file = root / "heard.jsonl"
        self.heard_file.touch()
        self._ready = root / "ready.json"
        base = ("--port-base", str(self.ports.base), "--ready-file", str(self._ready))
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [*cli(root), "up", *base, *options],
                env=environment(self.heard_file),
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait_until_ready(self) -> RunningStack:
        eventually(lambda: self._ready.exists() or self.process.poll() is not None)
        assert self.process.poll() is None, self.output.read_text()
        self.facts = json.loads(self._ready.read_text())
        return self

    def get(self, service: str, path: str = "/") -> str:
        url = self.facts["services"][service] + path
        return urllib3.request("GET", url, retries=RETRY, timeout=PATIENCE).data.decode()

    def control(self, action: str = "", service: str = "") -> Any:
        if not action:
            return urllib3.request("GET", self.facts["control"]).json()
        return urllib3.request(
            "POST", f"{self.facts['control']}/services/{service}/{action}"
        ).json()

    def service(self, name: str) -> dict[str, Any]:
        return self.control()["services"][name]

    def wait_for_new_process(self, name: str, old: int) -> None:
        def there() -> bool:
            seen = self.service(name)
            return seen["state"] == "ready" and seen["pid"] not in (None, old)

        eventually(there)

    def heard(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.heard_file.read_text().splitlines()]

    def pids(self) -> list[int]:
        seen = self.control()
        return [p["pid"] for p in (*seen["services"].values(), *seen["others"].values())]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*cli(self.root), *arguments],
            env=environment(self.heard_file),
            capture_output=True,
            text=True,
            check=False,
        )

    def terminate(self) -> int:
        self.process.terminate()
        return self.process.wait(PATIENCE)


def cli(root: Path) -> list[str]:
    return [sys.executable, "-m", "emulators.cli", "--root", str(root)]


def environment(heard: Path) -> dict[str, str]:
    """No real OpenAI server is needed here, and Firestore is never asked."""
    return {
        **{name: value for name, value in os.environ.items() if name != "PUBSUB_EMULATOR_HOST"},
        "PYTHONPATH": str(REPOSITORY),
        "HEARD_FILE": str(heard),
        "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
        "FIRESTORE_EMULATOR_HOST": "127.0.0.1:9",
    }


def ports_for(root: Path) -> Ports:
    """Free ones; processes that test at the same time look in different places."""
    return free_ports(load(root / MANIFEST), FIRST_FREE + STRIDE * (os.getpid() % 80))


def eventually(holds: Callable[[], Any]) -> Any:
    """Waits for it, and fails the test if it never comes."""
    deadline = time.monotonic() + PATIENCE
    while not (found := holds()):
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)
    return found


def running(pid: int) -> bool:
    """Whether a process is there; one that only waits to be reaped is not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
