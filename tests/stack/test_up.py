"""`frontdesk up` from start to stop."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emulators.stack import backends, sdk
from emulators.stack.errors import StackError
from emulators.stack.manifest import MANIFEST, load
from emulators.stack.ports import Ports
from emulators.stack.sockets import is_free
from tests.stack.running_stack import RunningStack, eventually, running

Start = Callable[..., RunningStack]


@pytest.fixture
def start(project: Path, pubsub: None) -> Iterator[Start]:
    """Starts stacks of the project, and ends those that a test leaves."""
    started: list[RunningStack] = []

    def start(*options: str) -> RunningStack:
        started.append(RunningStack(project, *options))
        return started[-1]

    yield start
    for stack in started:
        stack.process.kill()
        stack.process.wait()


def ports_of(stack: RunningStack) -> list[int]:
    return list(stack.ports.all(load(stack.root / MANIFEST)))


def test_the_printed_request_works_when_pasted(start: Start) -> None:
    stack = start().wait_until_ready()
    eventually(lambda: "curl" in stack.output.read_text())
    _, _, pasted = stack.output.read_text().partition("curl")
    answered = subprocess.run(f"curl {pasted}", shell=True, capture_output=True, check=True)
    assert json.loads(answered.stdout)["answer"] == "I don't know."


def test_the_ready_file_names_every_address_and_key(start: Start) -> None:
    facts = start().wait_until_ready().facts
    assert facts["gateway"] == facts["services"]["api-gateway"]
    assert facts["api_key"] == "key-demo"
    assert facts["visitor_key"] == "key-demo-widget"
    assert facts["tenant_id"] == "ten_1"
    assert set(facts["owner"]) == {"email", "password"}
    assert set(facts["services"]) == {"api-gateway", "echo", "idle"}
    assert set(facts["emulators"]) == {"firestore", "pubsub", "openai", "storage", "secrets"}


def test_sigterm_ends_every_process_and_frees_every_port(start: Start) -> None:
    stack = start().wait_until_ready()
    pids = stack.pids()
    assert stack.terminate() == 0
    assert not [pid for pid in pids if running(pid)]
    assert all(map(is_free, ports_of(stack)))
    assert not (stack.root / "ready.json").exists()


def test_ctrl_c_while_it_starts_ends_it_too(start: Start) -> None:
    stack = start()
    eventually(lambda: not is_free(stack.ports.part("storage")))
    stack.process.send_signal(signal.SIGINT)
    assert stack.process.wait(30) == 0
    assert all(map(is_free, ports_of(stack)))


def test_a_second_start_works_at_once(start: Start) -> None:
    first = start().wait_until_ready()
    first.terminate()
    second = start().wait_until_ready()
    assert second.get("echo") == "hello"


@pytest.mark.skipif(not os.path.exists("/proc"), reason="tied to the supervisor on Linux only")
def test_nothing_outlives_a_killed_supervisor(start: Start) -> None:
    stack = start().wait_until_ready()
    pids = stack.pids()
    stack.process.kill()
    eventually(lambda: not [pid for pid in pids if running(pid)])


def test_a_taken_port_is_named_in_one_line_and_nothing_is_left_running(
    start: Start, project: Path
) -> None:
    stack = start().wait_until_ready()
    before = stack.pids()
    taken = stack.ports.service(8000)
    second = stack.run("up", "--port-base", str(stack.ports.base))
    assert second.returncode == 1
    assert second.stderr.startswith(f"frontdesk: Port {taken} is taken")
    assert second.stderr.count("\n") == 1
    assert stack.pids() == before


def test_an_emulators_taken_port_is_named_too(start: Start, project: Path) -> None:
    stack = start().wait_until_ready()
    stack.terminate()
    with socket.create_server(("127.0.0.1", stack.ports.part("pubsub"))):
        second = stack.run("up", "--port-base", str(stack.ports.base))
    assert f"Port {stack.ports.part('pubsub')} is taken" in second.stderr


def test_a_service_that_does_not_start_is_named_with_its_last_words(
    start: Start, project: Path
) -> None:
    (project / "functions" / "echo" / "main.py").write_text("import nonsense\n")
    stack = start("--only", "silence")
    assert stack.process.wait(60) == 1
    assert "idle does not start: ModuleNotFoundError: No module named 'nonsense'" in (
        stack.output.read_text()
    )
    assert all(map(is_free, ports_of(stack)))


def test_only_the_services_asked_for_and_their_entrance_are_started(start: Start) -> None:
    stack = start("--only", "silence").wait_until_ready()
    assert set(stack.facts["services"]) == {"api-gateway", "idle"}


def test_an_unknown_domain_is_refused(project: Path) -> None:
    stack = RunningStack(project, "--only", "nowhere")
    assert stack.process.wait(30) == 1
    assert "no service or domain 'nowhere'" in stack.output.read_text()


def test_without_googles_sdk_it_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sdk, "USUAL_PLACES", ())
    with pytest.raises(StackError, match="gcloud components install"):
        sdk.firestore_command(8080)


def test_without_java_it_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jar = tmp_path / sdk.FIRESTORE_JAR
    jar.parent.mkdir(parents=True)
    jar.touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CLOUDSDK_ROOT_DIR", str(tmp_path))
    with pytest.raises(StackError, match="need Java"):
        sdk.firestore_command(8080)


def test_an_address_in_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FRONTDESK_EMULATORS", raising=False)
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", "elsewhere:1")
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "elsewhere:2")
    given = {backend.name: backend for backend in backends.choose(Ports())}
    assert (given["pubsub"].address, given["pubsub"].command) == ("elsewhere:1", None)
    alone = given["secrets"].command
    assert alone is not None
    assert "--secrets-port" in alone
    assert "--pubsub-port" not in alone
    monkeypatch.delenv("PUBSUB_EMULATOR_HOST")
    one_only = {backend.name: backend for backend in backends.choose(Ports())}
    assert one_only["firestore"].address == "elsewhere:2"
    assert one_only["pubsub"].address == "127.0.0.1:8085"
    assert one_only["pubsub"].command is not None
    assert "--secrets-port" in one_only["pubsub"].command
    assert one_only["secrets"].command is None


def test_googles_emulators_are_used_where_they_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("firestore", "pubsub"):
        monkeypatch.setattr(sdk, f"{name}_command", lambda port: ("java", str(port)))
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", "elsewhere:1")
    asked = {backend.name: backend for backend in backends.choose(Ports(), google=True)}
    assert asked["pubsub"].address == "127.0.0.1:8085"
    assert asked["firestore"].command == ("java", "8080")
    assert asked["secrets"].command is not None


def test_a_port_base_out_of_range_is_refused() -> None:
    with pytest.raises(StackError, match="between 1024 and"):
        Ports(65500)
