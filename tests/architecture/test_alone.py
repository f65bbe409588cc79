"""Each service runs alone: with its own requirements and the runtime's, and nothing else.

A folder is laid out as it is deployed (main.py, `shared`, the manifest) beside a fresh virtual
environment, and the stock `functions-framework` command serves it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3

from emulators.stack.manifest import MANIFEST, Service, load
from emulators.stack.sockets import HOST, is_open

ROOT = Path(__file__).parents[2]
SERVICES = load(ROOT / MANIFEST).services
START_SECONDS = 60


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_starts_with_its_own_requirements_alone(name: str, tmp_path: Path) -> None:
    service = SERVICES[name]
    programs = install(service, tmp_path / "environment")
    source = lay_out(service, tmp_path / "deployed")
    with serving(programs / "functions-framework", service, source) as url:
        assert urllib3.request("GET", f"{url}/healthz").status == 200


def install(service: Service, environment: Path) -> Path:
    """Makes a virtual environment with what the service declares; the folder of its programs."""
    uv = [sys.executable, "-m", "uv"]
    run([*uv, "venv", "--python", sys.executable, str(environment)])
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    declared = [ROOT / service.folder / "requirements.txt", ROOT / "shared" / "requirements.txt"]
    wanted = [part for file in declared for part in ("--requirements", str(file))]
    locked = ["--constraints", str(ROOT / "requirements.lock")]
    run([*uv, "pip", "install", "--python", str(programs / "python"), *wanted, *locked])
    return programs


def lay_out(service: Service, folder: Path) -> Path:
    """The service's folder as it is deployed; the path of its main.py."""
    shutil.copytree(ROOT / service.folder, folder)
    shutil.copytree(ROOT / "shared", folder / "shared")
    shutil.copy(ROOT / MANIFEST, folder)
    return folder / "main.py"


@contextmanager
def serving(program: Path, service: Service, source: Path) -> Iterator[str]:
    """Runs the stock command in an environment that knows nothing of this checkout."""
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    place = ["--host", HOST, "--port", str(port)]
    signature = ["--asgi"] if service.signature == "asgi" else []
    log = source.with_name("output.log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(program), "--source", str(source), "--target", "handle", *place, *signature],
            cwd=source.parent,
            env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_open(port, process, log)
        yield f"http://{HOST}:{port}"
    finally:
        process.terminate()
        process.wait()


def wait_until_open(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Returns when the server accepts connections; fails with what it said when it has ended."""
    deadline = time.monotonic() + START_SECONDS
    while not is_open(HOST, port):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, "it never listened"
        time.sleep(0.05)


def run(command: list[str]) -> None:
    """A command that has to succeed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
