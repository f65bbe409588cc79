"""JSON lines, with sockets handed along, between the supervisor and the zygote."""

from __future__ import annotations

import contextlib
import json
import socket
from collections import deque
from typing import Any

Message = dict[str, Any]
CHUNK = 65536
MOST_SOCKETS = 64


class Channel:
    """One end of a Unix stream socket. A message may carry one socket; they arrive in order."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._unread = b""
        self._sockets: deque[int] = deque()

    def fileno(self) -> int:
        return self._end.fileno()

    def send(self, message: Message, carried: socket.socket | None = None) -> None:
        """Raises OSError when the other side is gone."""
        line = json.dumps(message).encode() + b"\n"
        handed = [carried.fileno()] if carried else []
        sent = socket.send_fds(self._end, [line], handed)
        self._end.sendall(line[sent:])

    def receive(self) -> list[Message] | None:
        """The messages that have come; None when the other side is gone."""
        try:
            data, handed, _, _ = socket.recv_fds(self._end, CHUNK, MOST_SOCKETS)
        except ConnectionResetError:
            return None
        self._sockets.extend(handed)
        if not data:
            return None
        *lines, self._unread = (self._unread + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def take_socket(self) -> socket.socket:
        """The socket that the next message to have carried one came with."""
        return socket.socket(fileno=self._sockets.popleft())

    def shut(self) -> None:
        """Tells both ends, in whatever thread they wait, that nothing more will come."""
        with contextlib.suppress(OSError):
            self._end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._end.close()
