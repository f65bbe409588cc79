"""Listening sockets on the loopback interface."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable

from emulators.stack.errors import StackError

HOST = "127.0.0.1"
BACKLOG = 512


def listen(port: int) -> socket.socket:
    """A listening socket. Raises StackError when somebody else has the port."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(BACKLOG)
    except OSError as taken:
        listener.close()
        raise StackError(
            f"Port {port} is taken: stop what listens there, or move the whole stack with "
            "--port-base."
        ) from taken
    return listener


def require_free(ports: Iterable[int]) -> None:
    """Raises StackError naming the first port that is taken."""
    for port in ports:
        listen(port).close()


def is_free(port: int) -> bool:
    """Whether a server could be started on the port."""
    try:
        listen(port).close()
    except StackError:
        return False
    return True


def is_open(host: str, port: int) -> bool:
    """Whether something accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def pause() -> None:
    """How long to wait before looking again whether a server is up."""
    time.sleep(0.02)
