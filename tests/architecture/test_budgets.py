"""What a service may load before its first request: modules and memory, by service.

Whatever is heavy and not needed to answer /healthz is imported where it is first used. The limits
are a fifth above what was measured on CPython 3.11; a service that is not listed has the common
ones. No time is measured here: `make bench` does that.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from emulators.stack.manifest import MANIFEST, load

ROOT = Path(__file__).parents[2]
SERVICES = load(ROOT / MANIFEST).services

# A name stands for itself and everything below it; some bare namespaces exist from the start.
HEAVY = (
    "anyio",
    "argon2",
    "asyncio",
    "cryptography",
    "google.api_core",
    "google.auth",
    "google.cloud.",
    "google.protobuf",
    "google.pubsub_v1",
    "googleapiclient",
    "grpc",
    "httpx",
    "joserfc",
    "multiprocessing",
    "numpy",
    "openai",
    "pydantic.v1",
    "pypdfium2",
    "requests",
    "selectolax",
    "starlette",
    "stripe",
    "urllib3",
    "uvicorn",
    "yaml",
)
# The Functions Framework as it is started for a service: what that loads is not the service's.
FRAMEWORK = {"http": "functions_framework", "asgi": "functions_framework.aio"}
IMPORT = """
import importlib.util, json, pathlib, re, sys

source, framework = sys.argv[1:]
__import__(framework)
given = set(sys.modules)
spec = importlib.util.spec_from_file_location("main", source)
main = importlib.util.module_from_spec(spec)
spec.loader.exec_module(main)
assert callable(main.handle)
status = pathlib.Path("/proc/self/status")
found = re.search(r"VmRSS:\\s+(\\d+) kB", status.read_text()) if status.exists() else None
own = sorted(set(sys.modules) - given)
print(json.dumps({"modules": own, "rss_mb": found and int(found[1]) * 1024 / 1e6}))
"""


@dataclass(frozen=True)
class Budget:
    """`needs` are heavy modules that it cannot start without; `rss_mb` includes the framework."""

    needs: tuple[str, ...] = ()
    modules: int = 140
    rss_mb: float = 55


BUDGETS = {
    "api-gateway": Budget(needs=("yaml",), modules=120, rss_mb=58),
    "similarity-search": Budget(needs=("numpy",), modules=240, rss_mb=68),
}


@dataclass(frozen=True)
class Start:
    """What importing a service's main.py came to."""

    modules: list[str]
    rss_mb: float | None

    def heavy(self) -> set[str]:
        """The heavy names of which something was loaded."""
        return {name for name in HEAVY if any(map(is_of(name), self.modules))}


def is_of(name: str) -> Callable[[str], bool]:
    """Whether a module is the one named or below it; a name that ends in a dot is only above."""
    return lambda module: module == name or module.startswith(name.removesuffix(".") + ".")


@cache
def start(name: str) -> Start:
    """Imports a service in a process of its own, as the Functions Framework does."""
    service = SERVICES[name]
    source = str(ROOT / service.folder / "main.py")
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, source, FRAMEWORK[service.signature]],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Start(**json.loads(done.stdout))


def budget(name: str) -> Budget:
    return BUDGETS.get(name, Budget())


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_starts_without_heavy_modules(name: str) -> None:
    assert start(name).heavy() <= set(budget(name).needs)


@pytest.mark.parametrize("name", BUDGETS)
def test_what_a_service_may_load_it_still_needs(name: str) -> None:
    assert start(name).heavy() >= set(budget(name).needs)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_loads_few_modules(name: str) -> None:
    assert len(start(name).modules) <= budget(name).modules


@pytest.mark.parametrize("name", SERVICES)
def test_the_memory_of_a_start_is_bounded(name: str) -> None:
    used = start(name).rss_mb
    if used is None:
        pytest.skip("there is no /proc here")
    assert used <= budget(name).rss_mb


def test_every_budget_is_of_a_service() -> None:
    assert set(BUDGETS) <= set(SERVICES)
