"""One suite: what it is, what it should give, and running it."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import yaml

from tests.conformance.backends import Backend

FOLDER = Path(__file__).parent
DECLARED = FOLDER / "suites.yaml"
PINNED = FOLDER / "pinned.yaml"


@dataclass(frozen=True)
class Outcome:
    """Names of the tests that passed and failed; `count` of the passes as pytest tells it.

    A test with subtests has one name and counts several times.
    """

    passed: frozenset[str]
    failed: frozenset[str]
    count: int

    def pinned(self) -> dict[str, object]:
        """What is remembered of it."""
        return {"passed": self.count, "failed": sorted(self.failed)}


@dataclass(frozen=True)
class Suite:
    """A suite as suites.yaml declares it."""

    name: str
    package: str
    tests: str
    backend: str
    seconds: int
    plugin: str = ""
    leave_out: str = ""
    version: str = ""

    def run(self, python: Path, source: Path, backend: Backend) -> Outcome:
        """Runs the tests of the unpacked source with that interpreter on the back end."""
        place = source / self.tests
        folder = place if place.is_dir() else place.parent
        report = source / f"{self.name}-{backend.name}.xml"
        report.unlink(missing_ok=True)
        # Without a configuration file: pytest would find Frontdesk's own.
        command = [python, "-m", "pytest", "-c", os.devnull, "--rootdir", source, "-q"]
        command += ["-p", "no:cacheprovider", f"--timeout={self.seconds}", "--tb=short"]
        command += [f"--junitxml={report}", place]
        if self.plugin:
            command += ["-p", self.plugin]
        if self.leave_out:
            command += ["-k", f"not ({self.leave_out})"]
        log = report.with_suffix(".log")
        with log.open("w") as told:
            subprocess.run(
                command, cwd=folder, env=self._environment(backend), stdout=told, check=False
            )
        return _outcome(report, log)

    def _environment(self, backend: Backend) -> dict[str, str]:
        address = {f"{self.backend.upper()}_EMULATOR_HOST": getattr(backend, self.backend)}
        project = {"GCLOUD_PROJECT": "emulated-project", "PYTHONPATH": str(FOLDER)}
        return os.environ | address | project


def suites() -> list[Suite]:
    """All that are declared."""
    declared = yaml.safe_load(DECLARED.read_text())
    return [Suite(name=name, **fields) for name, fields in declared.items()]


def _outcome(report: Path, log: Path) -> Outcome:
    """Raises FileNotFoundError when pytest could not even begin."""
    passed, failed = set(), set()
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        if case.find("skipped") is not None:
            continue
        if case.find("failure") is not None or case.find("error") is not None:
            failed.add(name)
        else:
            passed.add(name)
    count = int((re.findall(r"(\d+) passed", log.read_text()) or [0])[-1])
    return Outcome(frozenset(passed - failed), frozenset(failed), count)
