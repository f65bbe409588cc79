"""`python -m tests.benchmarks [SECTION ...]`: measures, prints, writes build/benchmarks.json."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from emulators.cli import project_root
from emulators.cli.demo import SAMPLE
from emulators.stack.manifest import MANIFEST, load
from emulators.stack.ports import free_ports
from tests.benchmarks import answers, cold, emulators, hop, ingest, memory, peers, whole_stack
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Section, verdict

# Those that need no stack come first and have the machine to themselves.
SECTIONS: dict[str, Callable[[Bench], Section]] = {
    "cold": cold.measure,
    "peers": peers.measure,
    "emulators": emulators.measure,
    "stack": whole_stack.measure,
    "memory": memory.measure,
    "hop": hop.measure,
    "answers": answers.measure,
    "ingest": ingest.measure,
}


def main() -> int:
    """Measures the sections asked for, all of them by default; 0 whatever the figures are."""
    given = _arguments()
    base = given.port_base or free_ports(load(given.root / MANIFEST)).base
    bench = Bench(given.root, base, given.docs, given.questions)
    console = Console(width=max(120, Console().width))
    began, about = time.monotonic(), machine()
    sections = {}
    with bench.closing:
        for name, measure in SECTIONS.items():
            if name in given.sections or not given.sections:
                sections[name] = measure(bench)
                sections[name].print(console)
    about["seconds"] = round(time.monotonic() - began)
    console.print(verdict(list(sections.values())), highlight=False)
    _write(given.output, {**about, "sections": {n: s.record() for n, s in sections.items()}})
    console.print(f"{given.output} after {about['seconds']} s; {about['load']} at the start.")
    return 0


def machine() -> dict[str, object]:
    """Where it is measured, and how busy that is beforehand."""
    load_average = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load": load_average,
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    names = ", ".join(SECTIONS)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"{names} (default: all)")
    parser.add_argument("--root", type=Path, default=project_root(), help="the project")
    parser.add_argument("--port-base", type=int, help="of its ports (default: free ones)")
    parser.add_argument("--docs", type=Path, default=SAMPLE / "documents", help="to ask about")
    parser.add_argument("--questions", type=Path, default=SAMPLE / "questions.txt")
    parser.add_argument("--output", type=Path, default=Path("build", "benchmarks.json"))
    given = parser.parse_args()
    if unknown := sorted(set(given.sections) - set(SECTIONS)):
        parser.error(f"there is no section {unknown[0]!r}: choose from {names}")
    return given


def _write(path: Path, found: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
