"""One local stack for all sections that need it, started by the command line like anybody's."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import urllib3

from emulators.stack import backends
from emulators.stack.api import Api
from emulators.stack.ports import Ports

START_SECONDS = 180
UNLIMITED = "100000000/60/100000000"
NO_LIMITS = {"RATE_LIMIT_TENANT": UNLIMITED, "RATE_LIMIT_ANONYMOUS": UNLIMITED}


class RunningStack:
    """A ready stack: its addresses, its API with the demo tenant's key, its control server."""

    def __init__(self, facts: dict[str, Any], ports: Ports, ready_s: float) -> None:
        """`ready_s`: seconds from the command to the last service's first 200, and the tenant."""
        self.ports = ports
        self.ready_s = ready_s
        self.gateway: str = facts["gateway"]
        self.api_key: str = facts["api_key"]
        self.urls: dict[str, str] = facts["services"]
        self.api = Api(self.gateway, {"X-Api-Key": self.api_key})
        self._control: str = facts["control"]

    def environment(self) -> dict[str, str]:
        """What a service that runs beside the stack needs to be one of its services."""
        return {
            **NO_LIMITS,
            **{backend.variable: backend.address for backend in backends.choose(self.ports)},
            "FRONTDESK_BUCKET": backends.BUCKET,
            "GOOGLE_CLOUD_PROJECT": backends.PROJECT,
            "SERVICE_URLS": json.dumps(self.urls),
        }

    def token(self) -> str:
        """An internal token, as the gateway gets it, for any of the services; lasts a minute."""
        body = {"credential": self.api_key, "audience": list(self.urls)}
        exchanged = Api(self.urls["authentication"]).post("/internal/exchange", body)
        return str(exchanged["token"])

    def services(self) -> dict[str, dict[str, Any]]:
        """State, `start_ms`, `pss` and `rss` (bytes) of each service."""
        return dict(self._status()["services"])

    def others(self) -> dict[str, dict[str, Any]]:
        """`pss` and `rss` of the processes beside the services."""
        return dict(self._status()["others"])

    def restart(self, service: str) -> float:
        """A new process for the service; milliseconds from its fork to its first 200."""
        before = self.services()[service]["pid"]
        urllib3.request("POST", f"{self._control}/services/{service}/restart")
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            now = self.services()[service]
            if now["state"] == "ready" and now["pid"] != before:
                return float(now["start_ms"])
            time.sleep(0.05)
        raise TimeoutError(f"{service} did not come back")

    def _status(self) -> Any:
        return urllib3.request("GET", self._control).json()


@contextmanager
def running_stack(root: Path, base: int) -> Iterator[RunningStack]:
    """Starts a stack on the ports of `base`, without rate limits, and stops it at the end."""
    with TemporaryDirectory() as folder:
        ready = Path(folder, "ready.json")
        options = ["--port-base", str(base), "--ready-file", str(ready), "--unannounced"]
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "emulators.cli", "--root", str(root), "up", *options],
            env={**os.environ, **NO_LIMITS},
            stdout=subprocess.DEVNULL,
        )
        try:
            _wait_for(ready, process)
            ready_s = time.perf_counter() - began
            facts = json.loads(ready.read_text(encoding="utf-8"))
            yield RunningStack(facts, Ports(base), ready_s)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _wait_for(ready: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("The stack did not start: the line above says why.")
        time.sleep(0.05)
