"""The control server, for fault tests, benchmarks and `frontdesk status`.

`GET /` tells how everything fares; `POST /services/{name}/{action}` acts: `stop` refuses
connections until `start`, `restart` lets requests finish, `kill` is a crash.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from emulators.stack.events import Command, Tell
from emulators.stack.sockets import HOST

ACTION = re.compile(r"^/services/([a-z0-9-]+)/(stop|start|restart|kill)$")
ANSWER_SECONDS = 10


class Control:
    """Serves in threads of its own; the supervisor answers through `tell`."""

    def __init__(self, port: int, tell: Tell, others: Callable[[], dict[str, object]]) -> None:
        self._tell = tell
        self._others = others
        control = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                control.answer(self, control.status() if self.path == "/" else None)

            def do_POST(self) -> None:
                found = ACTION.match(self.path)
                control.answer(self, control.act(found[2], found[1]) if found else None)

            def log_message(self, *_: object) -> None:
                """Nobody reads a log of it."""

        self._server = ThreadingHTTPServer((HOST, port), Handler)
        self._server.daemon_threads = True
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def status(self) -> dict[str, Any]:
        """Services by name, and the other processes of the stack."""
        return {"services": self._ask(Command("status")), "others": self._others()}

    def act(self, action: Any, name: str) -> Any | None:
        """The service after the action was taken in hand; None where there is no such service."""
        return self._ask(Command(action, name)).get(name)

    def _ask(self, command: Command) -> Any:
        self._tell(command)
        return command.done.result(timeout=ANSWER_SECONDS)

    @staticmethod
    def answer(request: BaseHTTPRequestHandler, found: object) -> None:
        """200 with what was found as JSON, or 404."""
        body = json.dumps(found if found is not None else {"error": "not found"}).encode()
        request.send_response(200 if found is not None else 404)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
