"""Asking a service for its first sign of life."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable

from emulators.stack.child import Assignment
from emulators.stack.events import Healthy, Tell
from emulators.stack.sockets import HOST, pause

PATIENCE_SECONDS = 60.0


def watch_for_health(assignment: Assignment, is_current: Callable[[int], bool], tell: Tell) -> None:
    """In a thread: tells Healthy at the first 200 of /healthz; gives up once it has ended.

    The supervisor holds the listening socket: the first request waits there for the process.
    """
    name, generation = assignment.name, assignment.generation
    began = time.monotonic()

    def ask() -> None:
        while is_current(generation) and time.monotonic() - began < PATIENCE_SECONDS:
            if _answers(assignment.port):
                tell(Healthy(name, generation, (time.monotonic() - began) * 1000))
                return
            pause()

    threading.Thread(target=ask, name=f"health of {name}", daemon=True).start()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False  # its process died meanwhile, or is not there yet
    finally:
        connection.close()
