"""Services of a running stack: crashes, reloads, and the control server."""

from __future__ import annotations

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
import urllib3

from tests.stack.running_stack import RunningStack, eventually


def change(stack: RunningStack, file: str, old: str, new: str) -> None:
    path = stack.root / file
    path.write_text(path.read_text().replace(old, new))


def test_a_killed_service_comes_back_and_requests_meanwhile_wait(stack: RunningStack) -> None:
    old = stack.service("echo")["pid"]
    stack.control("kill", "echo")
    assert stack.get("echo") == "hello"
    stack.wait_for_new_process("echo", old)


def test_a_restart_lets_a_request_under_way_finish(stack: RunningStack) -> None:
    old = stack.service("echo")["pid"]
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(stack.get, "echo", "/slow?restart")
        eventually(lambda: "restart" in stack.heard_file.read_text())
        stack.control("restart", "echo")
        assert slow.result() == "slow"
    stack.wait_for_new_process("echo", old)


def test_a_stopped_service_refuses_connections_until_it_is_started(stack: RunningStack) -> None:
    stack.control("stop", "idle")

    def refused() -> bool:
        try:
            stack.get("idle")
        except urllib3.exceptions.MaxRetryError:
            return True
        return False

    eventually(refused)
    assert stack.service("idle")["state"] == "stopped"
    stack.control("start", "idle")
    eventually(lambda: stack.service("idle")["state"] == "ready")
    assert stack.get("idle") == "hello"


def test_an_unknown_service_or_action_is_not_found(stack: RunningStack) -> None:
    for path in ("/services/nobody/kill", "/services/echo/praise", "/elsewhere"):
        assert urllib3.request("POST", stack.facts["control"] + path).status == 404


def test_a_changed_file_replaces_its_service_and_no_other(stack: RunningStack) -> None:
    gateway, echo = stack.service("api-gateway")["pid"], stack.service("echo")["pid"]
    change(stack, "functions/echo/main.py", '"hello"', '"good day"')
    stack.wait_for_new_process("echo", echo)
    assert stack.get("echo") == "good day"
    assert stack.service("api-gateway")["pid"] == gateway
    change(stack, "functions/echo/main.py", '"good day"', '"hello"')
    eventually(lambda: stack.get("echo") == "hello")


def test_a_change_of_shared_code_replaces_every_service(stack: RunningStack) -> None:
    old = stack.control()
    (stack.root / "shared" / "rates.py").write_text("VAT = 21\n")
    for name, service in old["services"].items():
        stack.wait_for_new_process(name, service["pid"])
    assert stack.control()["others"]["zygote"]["pid"] != old["others"]["zygote"]["pid"]


def test_a_service_that_cannot_start_says_why_and_is_mended_by_a_change(
    stack: RunningStack,
) -> None:
    change(stack, "functions/echo/main.py", "import functions_framework", "import nonsense")
    eventually(lambda: stack.service("echo")["state"] == "failing")
    log = stack.root / ".frontdesk" / str(stack.ports.base) / "logs" / "echo.log"
    assert "No module named 'nonsense'" in log.read_text()
    change(stack, "functions/echo/main.py", "import nonsense", "import functions_framework")
    eventually(lambda: stack.service("echo")["state"] == "ready")
    eventually(lambda: stack.service("idle")["state"] == "ready")  # it has the same folder


def test_all_services_come_back_when_the_zygote_dies(stack: RunningStack) -> None:
    old = stack.control()
    os.kill(old["others"]["zygote"]["pid"], signal.SIGKILL)
    for name, service in old["services"].items():
        stack.wait_for_new_process(name, service["pid"])
    assert stack.get("echo") == "hello"


@pytest.mark.skipif(not os.path.exists("/proc"), reason="threads are counted in /proc")
def test_the_zygote_forks_with_a_single_thread(stack: RunningStack) -> None:
    zygote = stack.control()["others"]["zygote"]["pid"]
    assert len(os.listdir(f"/proc/{zygote}/task")) == 1


@pytest.mark.skipif(not os.path.exists("/proc"), reason="PSS is read from /proc")
def test_the_status_states_memory_shared_out_and_alone(stack: RunningStack) -> None:
    service = stack.service("echo")
    assert 0 < service["pss"] < service["rss"]


def test_services_find_in_their_environment_what_the_cloud_gives_them(
    stack: RunningStack,
) -> None:
    seen = json.loads(stack.get("echo", "/environment"))
    assert seen["PORT"] == str(stack.ports.service(8001))
    assert seen["GOOGLE_CLOUD_PROJECT"] == "frontdesk-local"
    assert seen["FRONTDESK_BUCKET"] == "frontdesk-local"
    assert json.loads(seen["SERVICE_URLS"]) == stack.facts["services"]
    for name, variable in (
        ("pubsub", "PUBSUB_EMULATOR_HOST"),
        ("storage", "STORAGE_EMULATOR_HOST"),
        ("secrets", "SECRET_MANAGER_EMULATOR_HOST"),
    ):
        assert seen[variable] == stack.facts["emulators"][name]
