"""The parent of all services: imports what they share once, then forks one child a service.

`gc.freeze()` keeps the collector from writing to the shared pages (one collection in a child
would copy 43 MB). No client and no gRPC channel is made here: channels do not survive a fork.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import logging
import os
import pkgutil
import signal
import socket
import sys
from select import select
from typing import NoReturn

from emulators.stack import child
from emulators.stack.channel import Channel, Message
from emulators.stack.lifeline import die_with_parent

# Also what their first use would import: a child that imports it has a copy of its own.
LIBRARIES = (
    "argon2",
    "asyncio",
    "flask",
    "functions_framework.aio",
    "google.api_core.exceptions",
    "google.auth.credentials",
    "google.cloud.firestore",
    "google.cloud.secretmanager_v1",
    "google.cloud.storage",
    "google.pubsub_v1",
    "google_crc32c",
    "grpc._interceptor",
    "httpcore2",
    "httptools",
    "joserfc.jwt",
    "netrc",
    "numpy",
    "openai.lib.streaming.chat",
    "openai.resources.chat.completions",
    "openai.resources.embeddings",
    "pydantic",
    "pypdfium2",
    "requests",
    "selectolax.lexbor",
    "truststore",
    "urllib3",
    "uvicorn.lifespan.off",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.protocols.websockets.auto",
    "waitress.server",
    "yaml",
)


def preload() -> None:
    """Imports the libraries and all of `shared`; what cannot be imported is left to its service."""
    for name in LIBRARIES:
        _import(name)
    if found := importlib.util.find_spec("shared"):
        places = list(found.submodule_search_locations or [])
        for module in pkgutil.walk_packages(places, "shared.", onerror=_import):
            _import(module.name)


def _import(name: str) -> None:
    try:
        importlib.import_module(name)
    except Exception:
        logging.exception("%s cannot be imported ahead", name)


class Zygote:
    """Forks, signals and reaps children as the supervisor says; ends with it."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._children: dict[int, child.Assignment] = {}
        self._wake, self._woken = socket.socketpair()
        self._wake.setblocking(False)
        self._woken.setblocking(False)
        self._lifeline, self._held_open = os.pipe()
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)

    def run(self) -> None:
        """Serves until the supervisor is gone, then ends the children."""
        self._channel.send({"event": "preloaded"})
        messages: list[Message] | None = []
        while messages is not None:
            readable, _, _ = select([self._channel.fileno(), self._woken.fileno()], [], [])
            if self._woken.fileno() in readable:
                self._woken.recv(4096)
                self._reap()
            messages = self._channel.receive() if self._channel.fileno() in readable else []
            for message in messages or []:
                self._obey(message)
        self._end_children()

    def _obey(self, message: Message) -> None:
        if message["do"] == "fork":
            self._fork(child.Assignment(**message["assignment"]), self._channel.take_socket())
        else:
            for pid, assignment in self._children.items():
                if assignment.name == message["name"]:
                    os.kill(pid, message["signal"])

    def _fork(self, assignment: child.Assignment, listener: socket.socket) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._become(assignment, listener, parent)
        listener.close()
        self._children[pid] = assignment
        self._tell("forked", assignment, pid=pid)

    def _become(
        self, assignment: child.Assignment, listener: socket.socket, parent: int
    ) -> NoReturn:
        """In the child: lets go of all that is the zygote's."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(self._held_open)
        self._channel.close()
        self._wake.close()
        self._woken.close()
        die_with_parent(parent, self._lifeline)
        child.run(assignment, listener)

    def _reap(self) -> None:
        while self._children:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self._tell("exited", self._children.pop(pid))

    def _tell(self, event: str, assignment: child.Assignment, **more: int) -> None:
        which = {"name": assignment.name, "generation": assignment.generation}
        self._channel.send({"event": event, **which, **more})

    def _end_children(self) -> None:
        for pid in self._children:
            os.kill(pid, signal.SIGTERM)
        for pid in self._children:
            os.waitpid(pid, 0)


def main() -> None:
    """`python -m emulators.stack.zygote SOCKET PARENT`: the inherited socket and the supervisor."""
    channel, parent = sys.argv[1:]
    if sys.platform == "linux":
        die_with_parent(int(parent))
    preload()
    gc.collect()
    gc.freeze()
    Zygote(Channel(socket.socket(fileno=int(channel)))).run()


if __name__ == "__main__":
    main()
