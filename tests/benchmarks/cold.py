"""Cold start: each service alone under the stock command, to its first 200 on /healthz."""

from __future__ import annotations

import compileall
import importlib.util
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Section
from tests.benchmarks.server import serving, stock_command

RUNS = 5
TARGET_MS = 2000
AIM_MS = 800
LIBRARIES = ("flask", "functions_framework", "google.cloud.firestore_v1", "pydantic")


def measure(bench: Bench) -> Section:
    """Wall time (minimum and median) and processor time of five starts of each service."""
    section = Section("Cold start of each service alone", [bytecode(bench.root)])
    section.notes.append(
        f"`functions-framework`, process start to first 200 on /healthz, {RUNS} runs; "
        "processor time of master and worker, least."
    )
    for name, service in bench.manifest.services.items():
        bench.say(f"cold start of {name}")
        command = stock_command(bench.root, service, bench.port)
        starts = measure_starts(command, bench.port, bench.environment)
        section.add(name, "least", starts.least_ms, "ms")
        section.add(name, "median", starts.median_ms, "ms", below=TARGET_MS, aim=AIM_MS)
        section.add(name, "processor", starts.cpu_ms, "ms")
    return section


@dataclass(frozen=True)
class Starts:
    """How long five starts took: wall time, and the least processor time."""

    least_ms: float
    median_ms: float
    cpu_ms: float | None


def measure_starts(command: Sequence[str], port: int, environment: Mapping[str, str]) -> Starts:
    """Starts a command again and again, to its first 200 each time."""
    walls, used = [], []
    for _ in range(RUNS):
        with serving(command, port, environment) as server:
            walls.append(server.wall_ms)
            used.append(server.cpu_ms)
    known = [one for one in used if one is not None]
    return Starts(min(walls), statistics.median(walls), min(known, default=None))


def bytecode(root: Path) -> str:
    """Compiles our own modules, and says whether the libraries are: without it starts triple."""
    for folder in ("functions", "shared", "tests/benchmarks"):
        compileall.compile_dir(root / folder, quiet=2)
    bare = [name for name in LIBRARIES if not _compiled(name)]
    if bare:
        return f"WITHOUT BYTECODE: {', '.join(bare)}: starts are slower; run `make setup` first."
    return "Bytecode is compiled, as `make setup` and Google's buildpack leave it."


def _compiled(name: str) -> bool:
    found = importlib.util.find_spec(name)
    return bool(found and found.cached and Path(found.cached).exists())
