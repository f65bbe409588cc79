"""A real HTTP server on a free port that answers what a test tells it to."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, object]


class Callee:
    """`answers` are given one a request, the last for ever; `seen` are the requests' headers."""

    def __init__(self, port: int = 0) -> None:
        self.answers: list[Answer] = [(200, {"text": "hello"})]
        self.seen: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.before: Callable[[], None] = lambda: None
        self.connections = 0
        self.open: set[socket.socket] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def next(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def close(self) -> None:
        """Stops listening and drops the connections that are open."""
        self._server.shutdown()
        self._server.server_close()
        for connection in list(self.open):
            connection.close()


def handler(callee: Callee) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            callee.connections += 1
            callee.open.add(self.connection)

        def finish(self) -> None:
            callee.open.discard(self.connection)
            super().finish()

        def do_GET(self) -> None:
            callee.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            callee.seen.append(dict(self.headers))
            callee.before()
            status, body = callee.next()
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler
