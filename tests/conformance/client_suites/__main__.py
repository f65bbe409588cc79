"""Runs the client libraries' own system tests; every suite must give what is pinned.

python -m tests.conformance.client_suites [suite …] [--google] [--pin]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from tests.conformance.backends import running
from tests.conformance.client_suites import fetch
from tests.conformance.client_suites.suite import PINNED, Outcome, Suite, suites


def main() -> int:
    """0 when every suite gives what is pinned."""
    asked = _arguments()
    chosen = [suite for suite in suites() if not asked.suites or suite.name in asked.suites]
    pinned = yaml.safe_load(PINNED.read_text()) if PINNED.exists() else {}
    python = fetch.environment()
    wrong = []
    for suite in chosen:
        ours = _run(suite, python, "embedded")
        if asked.pin:
            pinned[suite.name] = ours.pinned()
        wrong += _complaints(suite, ours, pinned.get(suite.name, {}))
        if asked.google:
            worse = _run(suite, python, "google").passed & ours.failed
            wrong += [f"{name} passes on Google's emulator" for name in sorted(worse)]
    if asked.pin:
        PINNED.write_text(yaml.safe_dump(pinned))
    print("\n".join(wrong) or "All suites give what is pinned.")
    return min(len(wrong), 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("suites", nargs="*", help=", ".join(suite.name for suite in suites()))
    parser.add_argument("--google", action="store_true", help="what passes there must pass here")
    parser.add_argument("--pin", action="store_true", help="write what the suites give")
    return parser.parse_args()


def _run(suite: Suite, python: Path, backend: str) -> Outcome:
    """On fresh emulators, and told in one line."""
    version = suite.version or fetch.locked_version(suite.package)
    source = fetch.source(python, suite.package, version)
    with running(backend) as addresses:
        outcome = suite.run(python, source, addresses)
    counts = f"{outcome.count} passed, {len(outcome.failed)} failed"
    print(f"{suite.name} ({suite.package} {version}) on {backend}: {counts}", flush=True)
    return outcome


def _complaints(suite: Suite, ours: Outcome, pinned: dict) -> Iterator[str]:
    for name in sorted(ours.failed - set(pinned.get("failed", ()))):
        yield f"{suite.name}: {name} fails"
    if ours.count != pinned.get("passed"):
        yield f"{suite.name}: {ours.count} passed, pinned are {pinned.get('passed')}"


if __name__ == "__main__":
    sys.exit(main())
