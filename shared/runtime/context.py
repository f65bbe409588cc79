"""What belongs to the request or event being handled: ids, trace, deadline, the caller's token."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from werkzeug.datastructures import Headers

DEFAULT_DEADLINE = 30.0
TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
MILLISECONDS = re.compile(r"[0-9]{1,7}")


@dataclass
class Invocation:
    """One handled request or event; `operation` is the route or event type it turned out to be."""

    service: str
    request_id: str
    trace_id: str
    span_id: str
    sampled: bool
    deadline: float
    token: str | None = None
    tenant: str | None = None
    operation: str = "unmatched"
    notes: list[dict[str, object]] = field(default_factory=list)

    @property
    def traceparent(self) -> str:
        """W3C Trace Context, naming this invocation as the parent."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"

    def remaining(self, at_most: float = DEFAULT_DEADLINE) -> float:
        """Seconds left before the deadline, no more than `at_most`, never below 10 ms."""
        return max(0.01, min(at_most, self.deadline - time.monotonic()))


_current: ContextVar[Invocation | None] = ContextVar("invocation", default=None)


def current() -> Invocation:
    """The invocation under way; outside of one, a fresh one that nobody sees."""
    return _current.get() or _from_headers("none", {})


def begin(service: str, headers: Mapping[str, str] | Headers) -> Invocation:
    """Takes ids, trace and deadline from the headers, or makes them, and sets the context."""
    invocation = _from_headers(service, headers)
    _current.set(invocation)
    return invocation


def _from_headers(service: str, headers: Mapping[str, str] | Headers) -> Invocation:
    given = headers.get("X-Request-Id", "")
    parent = TRACEPARENT.fullmatch(headers.get("traceparent", ""))
    milliseconds = headers.get("X-Deadline-Ms", "")
    seconds = int(milliseconds) / 1000 if MILLISECONDS.fullmatch(milliseconds) else DEFAULT_DEADLINE
    return Invocation(
        service=service,
        request_id=given if REQUEST_ID.fullmatch(given) else f"req_{secrets.token_hex(12)}",
        trace_id=parent[1] if parent else secrets.token_hex(16),
        span_id=secrets.token_hex(8),
        sampled=parent is None or parent[3] == "01",
        deadline=time.monotonic() + seconds,
    )
