"""Copies of the small project, and running stacks of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulators.stack import backends
from emulators.stack.errors import StackError
from tests.stack.running_stack import PROJECT, RunningStack


@pytest.fixture(scope="session")
def pubsub() -> None:
    """Skips where no Pub/Sub emulator can be had."""
    if not os.environ.get("PUBSUB_EMULATOR_HOST"):
        try:
            backends.pubsub_command(0)
        except StackError as missing:
            pytest.skip(str(missing))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the small project, to change at will."""
    return Path(shutil.copytree(PROJECT, tmp_path / "project"))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, pubsub: None) -> Iterator[RunningStack]:
    """One running stack for all tests of a module."""
    root = shutil.copytree(PROJECT, tmp_path_factory.mktemp("stack") / "project")
    started = RunningStack(Path(root))
    try:
        yield started.wait_until_ready()
    finally:
        started.terminate()
