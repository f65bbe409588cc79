"""Source distributions from PyPI and an environment to run their tests in, below build/."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from pathlib import Path

from tests.conformance.backends import ROOT

BUILD = ROOT / "build" / "conformance"
LOCK = ROOT / "requirements.lock"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
LOCKED = ("google-cloud-firestore", "google-cloud-pubsub", "grpcio", "protobuf")


def locked_version(package: str) -> str:
    """The version in requirements.lock. Raises LookupError when there is none."""
    found = re.search(rf"^{re.escape(package)}==(\S+)", LOCK.read_text(), re.MULTILINE)
    if not found:
        raise LookupError(f"{package} is not in {LOCK.name}")
    return found[1]


def environment() -> Path:
    """The interpreter of an environment with the locked clients and what their tests need."""
    python = BUILD / "venv" / "bin" / "python"
    ready = BUILD / "venv" / "ready"
    wanted = [f"{package}=={locked_version(package)}" for package in LOCKED]
    told = "\n".join([*wanted, REQUIREMENTS.read_text()])
    if not ready.exists() or ready.read_text() != told:
        subprocess.run([sys.executable, "-m", "venv", "--clear", BUILD / "venv"], check=True)
        _pip(python, "install", *wanted, "-r", str(REQUIREMENTS))
        ready.write_text(told)
    return python


def source(python: Path, package: str, version: str) -> Path:
    """The folder of the unpacked source distribution."""
    folder = BUILD / f"{package.replace('-', '_')}-{version}"
    if not folder.exists():
        options = ("--no-deps", "--no-binary", ":all:", "--no-build-isolation")
        _pip(python, "download", *options, "--dest", str(BUILD), f"{package}=={version}")
        with tarfile.open(folder.with_name(f"{folder.name}.tar.gz")) as archive:
            archive.extractall(BUILD, filter="data")
    return folder


def _pip(python: Path, command: str, *arguments: str) -> None:
    pip = (python, "-m", "pip", command, "--quiet", "--disable-pip-version-check")
    subprocess.run([*pip, *arguments], check=True)
