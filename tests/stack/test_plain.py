"""Services as programs of their own, where there is no fork."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from emulators.stack.events import Command
from emulators.stack.launchers import PlainLauncher
from emulators.stack.manifest import MANIFEST, load
from emulators.stack.supervisor import Supervisor
from tests.stack.running_stack import REPOSITORY, eventually, ports_for


@pytest.fixture
def supervisor(project: Path) -> Iterator[Supervisor]:
    manifest = load(project / MANIFEST).select(["silence"])
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    made = Supervisor(
        manifest, project, ports_for(project), project, environment, launch=PlainLauncher
    )
    yield made
    made.stop()


def test_the_stock_command_serves_and_a_killed_service_comes_back(supervisor: Supervisor) -> None:
    supervisor.wait_until_ready()
    idle = supervisor.services["idle"]
    url = f"http://127.0.0.1:{idle.port}/"
    assert urllib3.request("GET", url).data == b"hello"
    supervisor.tell(Command("kill", "idle"))

    def back() -> bool:
        supervisor.step()
        return idle.generation > 1 and idle.state == "ready"

    eventually(back)
    assert urllib3.request("GET", url).data == b"hello"
