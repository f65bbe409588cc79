"""The local Cloud Scheduler: runtime.tick to every service with a schedule, every few seconds."""

from __future__ import annotations

import http.client
import json
import secrets
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from emulators.stack.backends import PROJECT
from emulators.stack.sockets import HOST

TICK = "runtime.tick.v1"
INTERVAL = 5.0
TIMEOUT = 60.0
AT_ONCE = 4


class Ticker:
    """Posts a tick to each of `ports` (by service), unless its last one is still being handled."""

    def __init__(self, ports: Mapping[str, int], token: str) -> None:
        self._ports = ports
        self._token = token
        self._ended = threading.Event()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="tick")
        self._thread = threading.Thread(target=self._run, name="ticker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        last: dict[str, Future[None]] = {}
        while not self._ended.wait(INTERVAL):
            for name, port in self._ports.items():
                if name not in last or last[name].done():
                    last[name] = self._pool.submit(self._post, name, port)

    def _post(self, name: str, port: int) -> None:
        """A service that is down misses this tick and gets the next."""
        connection = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT)
        path = f"/events?token={self._token}"
        try:
            connection.request("POST", path, message(name), {"Content-Type": "application/json"})
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            return
        finally:
            connection.close()


def message(service: str) -> bytes:
    """The body of a Pub/Sub push with nothing but its type and id."""
    tick_id = f"tick_{secrets.token_hex(8)}"
    attributes = {"ce-type": TICK, "ce-id": tick_id}
    pushed = {"data": "", "messageId": tick_id, "attributes": attributes}
    subscription = f"projects/{PROJECT}/subscriptions/{service}.{TICK}"
    return json.dumps({"message": pushed, "subscription": subscription}).encode()
