"""One stack from start to stop: emulators, topics, services, demo tenant, ticks, control server."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import urllib3

from emulators.stack import backends, memory, seed, topics
from emulators.stack.api import ApiError
from emulators.stack.control import Control
from emulators.stack.errors import StackError
from emulators.stack.manifest import MANIFEST, load
from emulators.stack.ports import Part, Ports
from emulators.stack.processes import Program, last_line, stop
from emulators.stack.sockets import HOST, require_free
from emulators.stack.supervisor import Supervisor
from emulators.stack.ticks import Ticker

PACKAGE_ROOT = Path(__file__).parents[2]
GATEWAY = "api-gateway"


class Stack:
    """The services of the manifest under `root` that `only` selects, with all they need.

    `start` returns when a request can be answered; whatever it raises, call `stop` afterwards.
    Construction raises StackError when a port is taken or an emulator is not installed.
    """

    def __init__(
        self,
        root: Path,
        ports: Ports,
        only: list[str],
        google: bool = False,
        data: Path | None = None,
    ) -> None:
        self.ports = ports
        self.every = load(root / MANIFEST)
        self.manifest = self.every.select(only)
        self.folder = root / ".frontdesk" / str(ports.base)
        self.logs = self.folder / "logs"
        self.urls = {
            name: f"http://{HOST}:{ports.service(service.port)}"
            for name, service in self.manifest.services.items()
        }
        self.backends = list(backends.choose(ports, google, data, root / MANIFEST))
        self._tenant_file = data / "tenant.json" if data else None
        self._token = secrets.token_urlsafe(16)
        self._root = root
        self._programs: list[Program] = []
        self._cleanup = contextlib.ExitStack()
        require_free(port for port in ports.all(self.manifest))

    def start(self) -> seed.Tenant:
        """Brings everything up and returns the demo tenant. Raises StackError."""
        self._empty_logs()
        self._start_programs()
        self.supervisor = Supervisor(
            self.manifest, self._root, self.ports, self.logs, self.environment()
        )
        self._cleanup.callback(self.supervisor.stop)
        pool = ThreadPoolExecutor(1)
        self._cleanup.callback(pool.shutdown, wait=False)
        preparing = pool.submit(self._prepare_backends)
        self.supervisor.wait_until_ready()
        preparing.result()
        tenant = self._make_tenant()
        self._start_ticks()
        control = Control(self.ports.part("control"), self.supervisor.tell, self.others)
        self._cleanup.callback(control.stop)
        return tenant

    @property
    def gateway(self) -> str:
        return self.urls[GATEWAY]

    @property
    def control(self) -> str:
        return f"http://{HOST}:{self.ports.part('control')}"

    def run(self) -> None:
        """Keeps it all running until interrupted. Raises StackError when an emulator has ended."""
        while True:
            self.supervisor.step()
            for program in self._programs:
                if not program.alive():
                    raise StackError(f"{program.name} has ended: {last_line(program.log)}")

    def stop(self) -> None:
        """Ends every process; no port stays taken."""
        self._cleanup.close()

    def environment(self) -> dict[str, str]:
        """What services find in their environment, as Terraform sets it in the cloud."""
        return {
            **self._own_environment(),
            **{backend.variable: backend.address for backend in self.backends},
            "FRONTDESK_BUCKET": backends.BUCKET,
            "FRONTDESK_ENVIRONMENT": "local",
            "FRONTDESK_MANIFEST": str(self._root / MANIFEST),
            "OPENBLAS_NUM_THREADS": "1",  # many processes on one machine; and forks want no threads
            "PUBSUB_VERIFICATION_TOKEN": self._token,
            "SERVICE_URLS": json.dumps(self.urls),
        }

    def _own_environment(self) -> dict[str, str]:
        places = [str(self._root), str(PACKAGE_ROOT), os.environ.get("PYTHONPATH", "")]
        path = os.pathsep.join(dict.fromkeys(filter(None, places)))
        return {**os.environ, "GOOGLE_CLOUD_PROJECT": backends.PROJECT, "PYTHONPATH": path}

    def others(self) -> dict[str, object]:
        """The processes beside the services, with what they take (bytes)."""
        pids: Mapping[str, int | None] = {
            "supervisor": os.getpid(),
            "zygote": self.supervisor.launcher_pid,
            **{program.name: program.pid for program in self._programs},
        }
        used = {name: memory.of_process(pid) for name, pid in pids.items()}
        return {
            name: {"pid": pid, "pss": used[name].pss, "rss": used[name].rss}
            for name, pid in pids.items()
        }

    def _empty_logs(self) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        for log in self.logs.glob("*.log"):
            log.unlink()

    def _start_programs(self) -> None:
        self._cleanup.callback(lambda: stop(self._programs))
        for backend in self.backends:
            if backend.command:
                self._start(backend.name, backend.command)

    def _start(self, name: str, command: tuple[str, ...]) -> Program:
        environment = {**self._own_environment(), **self._pubsub()}
        program = Program(name, command, environment, self.logs / f"{name}.log")
        self._programs.append(program)
        return program

    def _pubsub(self) -> dict[str, str]:
        return {b.variable: b.address for b in self.backends if b.name == "pubsub"}

    def _prepare_backends(self) -> None:
        """Returns when all emulators answer and the bucket, topics and subscriptions are there."""
        programs = {program.name: program for program in self._programs}
        running = {b.name: b for b in self.backends if b.command}

        def wait_for(*names: Part) -> None:
            for name in names:
                if name in running:
                    programs[name].wait_until_open(HOST, running[name].port)

        wait_for("pubsub")
        bus = self._start_bus()
        wait_for("storage")
        _make_bucket(running["storage"].address)
        wait_for("secrets", "openai", "firestore")
        if bus.wait() != 0:
            raise StackError(f"Topics cannot be made in Pub/Sub: {last_line(bus.log)}")
        self._programs.remove(bus)

    def _start_bus(self) -> Program:
        wanted = topics.layout(self.manifest, self.every, self.urls, self._token)
        layout = self.folder / "topics.json"
        layout.write_text(wanted.model_dump_json(indent=1), encoding="utf-8")
        return self._start("bus", (sys.executable, "-m", "emulators.stack.bus", str(layout)))

    def _make_tenant(self) -> seed.Tenant:
        try:
            return seed.tenant(self.gateway, self._tenant_file)
        except ApiError as refused:
            said = f"The demo tenant cannot be made: {refused} (logs: {self.logs})"
            raise StackError(said) from refused

    def _start_ticks(self) -> None:
        scheduled = {
            name: self.ports.service(service.port)
            for name, service in self.manifest.services.items()
            if service.schedule
        }
        ticker = Ticker(scheduled, self._token)
        ticker.start()
        self._cleanup.callback(ticker.stop)


def _make_bucket(address: str) -> None:
    url = f"{address}/storage/v1/b?project={backends.PROJECT}"
    answer = urllib3.request("POST", url, json={"name": backends.BUCKET}, retries=5)
    if answer.status not in (200, 409):
        raise StackError(f"The storage emulator refuses the bucket: {answer.data.decode()[:300]}")
