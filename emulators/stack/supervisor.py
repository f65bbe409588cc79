"""Keeps the services running: one thread decides, all others only tell it what happened."""

from __future__ import annotations

import contextlib
import math
import queue
import signal
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from emulators.stack import events
from emulators.stack.errors import StackError
from emulators.stack.health import watch_for_health
from emulators.stack.launchers import Launcher, start_launcher
from emulators.stack.manifest import Manifest
from emulators.stack.ports import Ports
from emulators.stack.processes import last_line
from emulators.stack.running import RunningService
from emulators.stack.sockets import listen
from emulators.stack.watch import Watcher

LONGEST_STEP = 0.25
HOPELESS = 3
START_SECONDS = 60.0


class Supervisor:
    """The services of a manifest, on sockets that it owns: they outlive a crash or a reload.

    Call everything but `tell` from the thread that made it.
    """

    def __init__(
        self,
        manifest: Manifest,
        root: Path,
        ports: Ports,
        logs: Path,
        environment: Mapping[str, str],
        launch: Callable[[Mapping[str, str], Path, events.Tell], Launcher] = start_launcher,
    ) -> None:
        self._events: queue.SimpleQueue[events.Event] = queue.SimpleQueue()
        self.tell: events.Tell = self._events.put
        self.services: dict[str, RunningService] = {}
        self._logs = logs
        self._shared = root / "shared"
        self._folders = {name: root / s.folder for name, s in manifest.services.items()}
        self._preloaded = False
        self._new_launcher = partial(launch, environment, logs, self.tell)
        try:
            for name, service in manifest.services.items():
                source, log = self._folders[name] / "main.py", logs / f"{name}.log"
                port = ports.service(service.port)
                self.services[name] = RunningService(
                    name, source, service.signature, port, log, listen(port)
                )
        except StackError:
            self._close_sockets()
            raise
        self._launcher = self._new_launcher()
        watched = [self._shared, *self._folders.values()]
        self._watcher = Watcher(watched, lambda paths: self.tell(events.Changed(frozenset(paths))))
        self._watcher.start()

    def wait_until_ready(self) -> None:
        """Runs until every service is healthy. Raises StackError about one that cannot be."""
        deadline = time.monotonic() + START_SECONDS
        while not all(service.state == "ready" for service in self.services.values()):
            self.step()
            for name, service in self.services.items():
                late = service.state != "ready" and time.monotonic() > deadline
                if late or service.quick_deaths >= HOPELESS:
                    said = last_line(service.log)
                    raise StackError(f"{name} does not start: {said}")

    def step(self) -> None:
        """Deals with one event, if there is one soon, and makes the processes that are due."""
        due = [service.due for service in self.services.values() if service.due is not None]
        soon = min(due, default=math.inf) - time.monotonic() if self._preloaded else math.inf
        with contextlib.suppress(queue.Empty):
            self._handle(self._events.get(timeout=max(0.0, min(soon, LONGEST_STEP))))
        for service in self.services.values():
            if self._preloaded and service.due is not None and service.due <= time.monotonic():
                self._launch(service)

    def stop(self) -> None:
        """Ends every service and closes every port."""
        self._watcher.stop()
        self._launcher.stop()
        self._close_sockets()

    @property
    def launcher_pid(self) -> int | None:
        """The zygote's process id; None where services are programs of their own."""
        return self._launcher.pid

    def view(self) -> dict[str, dict[str, object]]:
        """How each service fares."""
        return {name: service.view() for name, service in self.services.items()}

    def _close_sockets(self) -> None:
        for service in self.services.values():
            service.listener.close()

    def _launch(self, service: RunningService) -> None:
        try:
            assignment = service.launched()
        except StackError:
            return  # a stranger has its port for now; planned again, and shown as failing
        self._launcher.launch(assignment, service.listener)
        watch_for_health(assignment, service.is_current, self.tell)

    def _handle(self, event: events.Event) -> None:
        match event:
            case events.Preloaded():
                self._preloaded = event.launcher is self._launcher or self._preloaded
            case events.LauncherGone():
                self._launcher_gone(event.launcher)
            case events.Forked() | events.Exited() | events.Healthy():
                self._note(event)
            case events.Changed():
                self._changed(event.paths)
            case events.Command():
                self._obey(event)

    def _note(self, event: events.Forked | events.Exited | events.Healthy) -> None:
        """What became of a process; of one that the service had before, nothing counts."""
        service = self.services[event.name]
        if not service.is_current(event.generation):
            return
        match event:
            case events.Forked():
                service.pid = event.pid
            case events.Exited():
                service.exited()
            case events.Healthy():
                service.healthy(event.milliseconds)

    def _changed(self, paths: frozenset[Path]) -> None:
        if any(path.is_relative_to(self._shared) for path in paths):
            self._launcher.stop()
            self._start_over()
            return
        for name, folder in self._folders.items():
            if any(path.is_relative_to(folder) for path in paths):
                self._replace(self.services[name])

    def _replace(self, service: RunningService) -> None:
        service.replace()
        self._launcher.signal(service.name, signal.SIGTERM)

    def _launcher_gone(self, launcher: object) -> None:
        if launcher is not self._launcher:
            return
        self._launcher.stop()
        if not self._preloaded:
            raise StackError(f"the zygote ended: {last_line(self._logs / 'zygote.log')}")
        self._start_over()

    def _start_over(self) -> None:
        """A new launcher, and a new process for every service that wants one."""
        for service in self.services.values():
            service.replace()
            service.exited()
        self._preloaded = False
        self._launcher = self._new_launcher()

    def _obey(self, command: events.Command) -> None:
        service = self.services.get(command.name or "")
        if service and command.action != "status":
            self._act(command.action, service)
        command.done.set_result(self.view())

    def _act(self, action: events.Action, service: RunningService) -> None:
        name = service.name
        match action:
            case "stop":
                service.stopped()
                self._launcher.signal(name, signal.SIGTERM)
            case "start":
                service.started()
            case "restart":
                self._replace(service)
            case "kill":
                service.ending()
                self._launcher.signal(name, signal.SIGKILL)
