"""A push endpoint that keeps what it was sent and answers as it is told."""

from __future__ import annotations

import base64
import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from emulators.stack.sockets import HOST

PATIENCE = 20


@dataclass(frozen=True)
class Pushed:
    """One request that came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def envelope(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return base64.b64decode(self.envelope["message"].get("data", "")).decode()


class Endpoint:
    """`answers` are the statuses of the next requests; 200 when they are used up."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: list[int] = []
        self._came: queue.Queue[Pushed] = queue.Queue()

    def take(self, request: Pushed) -> int:
        self._came.put(request)
        return self.answers.pop(0) if self.answers else 200

    def next(self, seconds: float = PATIENCE) -> Pushed:
        """The next request; raises queue.Empty when none comes."""
        return self._came.get(timeout=seconds)

    def nothing_more(self, seconds: float = 0.5) -> bool:
        """Whether no request comes for so long."""
        try:
            self._came.get(timeout=seconds)
        except queue.Empty:
            return True
        return False


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True
    endpoint: Endpoint


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.send_response(self.server.endpoint.take(Pushed(self.path, headers, body)))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: the checks look at what came."""


@contextmanager
def listening() -> Iterator[Endpoint]:
    """A running endpoint on a free port."""
    with _Server((HOST, 0), _Handler) as server:
        server.endpoint = Endpoint(f"http://{HOST}:{server.server_port}/push")
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.endpoint
        server.shutdown()
