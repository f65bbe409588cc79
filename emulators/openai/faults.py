"""Fault switches and the call log: what tests tell this server, and what they ask it afterwards.

POST   /_emulator/faults   one Fault, see below
GET    /_emulator/faults   those still waiting      DELETE  forgets them
GET    /_emulator/calls    requests seen, oldest first    DELETE  forgets them
GET    /_emulator/health   200 once the server answers
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Annotated, Any

from flask import Response, jsonify, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from emulators.openai.errors import injected

CALLS_KEPT = 1000


class Fault(BaseModel):
    """What happens to the next `times` requests whose path contains `path`.

    First a `delay` in seconds, then, if given, `status` as an error (429 with `retry-after: 1`
    unless `headers` say otherwise) or a stream cut off after `cut_after` events.
    """

    model_config = ConfigDict(extra="forbid")

    path: str = "/v1"
    times: Annotated[int, Field(ge=1)] = 1
    status: Annotated[int, Field(ge=400, le=599)] | None = None
    code: str | None = None
    message: str | None = None
    headers: dict[str, str] = {}
    delay: Annotated[float, Field(ge=0, le=120)] = 0
    cut_after: Annotated[int, Field(ge=0)] | None = None


def strike(fault: Fault) -> None:
    """Waits as the fault says, then raises its error if it has one."""
    time.sleep(fault.delay)
    if fault.status:
        raise injected(fault.status, fault.code, fault.message, fault.headers)


class Switchboard:
    """The faults waiting and the calls seen, with the routes that set and show them."""

    def __init__(self, embedder: str) -> None:
        self._embedder = embedder
        self._faults: list[Fault] = []
        self._calls: deque[dict[str, Any]] = deque(maxlen=CALLS_KEPT)
        self._lock = threading.Lock()

    def record(self, call: dict[str, Any]) -> None:
        """Adds a request to the call log."""
        with self._lock:
            self._calls.append(call)

    def take(self, path: str) -> Fault | None:
        """The fault the next request to `path` meets, counted down."""
        with self._lock:
            fault = next((fault for fault in self._faults if fault.path in path), None)
            if fault:
                fault.times -= 1
                if not fault.times:
                    self._faults.remove(fault)
            return fault

    def add_fault(self) -> tuple[Response, int]:
        """POST /_emulator/faults"""
        try:
            fault = Fault.model_validate_json(request.get_data())
        except ValidationError as error:
            return jsonify(errors=error.errors(include_url=False, include_context=False)), 422
        with self._lock:
            self._faults.append(fault)
        return jsonify(fault.model_dump()), 201

    def list_faults(self) -> Response:
        """GET /_emulator/faults"""
        with self._lock:
            return jsonify(items=[fault.model_dump() for fault in self._faults])

    def forget_faults(self) -> tuple[str, int]:
        """DELETE /_emulator/faults"""
        with self._lock:
            self._faults.clear()
        return "", 204

    def list_calls(self) -> Response:
        """GET /_emulator/calls"""
        with self._lock:
            return jsonify(items=list(self._calls))

    def forget_calls(self) -> tuple[str, int]:
        """DELETE /_emulator/calls"""
        with self._lock:
            self._calls.clear()
        return "", 204

    def health(self) -> Response:
        """GET /_emulator/health"""
        return jsonify(status="ok", embedder=self._embedder)
