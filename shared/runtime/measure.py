"""Counts and latencies of requests, published for Metrics Collection once a minute.

An instance sends one event a minute at most, after an answer, when it has CPU. What an instance
has counted when it is taken down is lost: these are samples for dashboards, not a ledger.
"""

from __future__ import annotations

import math
import secrets
import threading
import time
from collections import Counter, defaultdict
from datetime import datetime

from shared.cloud import pubsub
from shared.contracts.base import now
from shared.contracts.platform import RequestsMeasured, RouteMeasure
from shared.runtime import outbox
from shared.runtime.context import current
from shared.runtime.store import DIRECTORY
from shared.runtime.telemetry import log

EVERY_SECONDS = 60.0
GROWTH = math.log(1.1)


class Measures:
    """The counts of one process since they were last published."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._instance = secrets.token_hex(6)
        self._lock = threading.Lock()
        self._start()

    def _start(self) -> None:
        self._since: datetime = now()
        self._due = time.monotonic() + EVERY_SECONDS
        self._latency: defaultdict[tuple[str, int], Counter[int]] = defaultdict(Counter)

    def add(self, route: str, status: int, seconds: float) -> None:
        """Counts a request, and publishes what was counted if a minute is over."""
        with self._lock:
            self._latency[route, status][bucket(seconds)] += 1
            if time.monotonic() < self._due:
                return
            event = self._event()
            self._start()
        self._publish(event)

    def _event(self) -> RequestsMeasured:
        routes = [
            RouteMeasure(route=route, status=status, count=counts.total(), latency=dict(counts))
            for (route, status), counts in self._latency.items()
        ]
        return RequestsMeasured(
            service=self._service,
            instance=self._instance,
            started_at=self._since,
            ended_at=now(),
            routes=routes,
        )

    def _publish(self, event: RequestsMeasured) -> None:
        out = outbox.outgoing(current(), DIRECTORY, event)
        message = {"data": out.data.encode(), "attributes": out.attributes}
        try:
            pubsub.publish(out.topic, [message], timeout=2)
        except Exception as error:  # noqa: BLE001 - a lost sample must never fail a request
            log("WARNING", "measures were lost", reason=str(error))


def bucket(seconds: float) -> int:
    """The bucket of a duration: the least b with 1.1^b microseconds at or above it."""
    return max(0, math.ceil(math.log(max(seconds * 1e6, 1.0)) / GROWTH))
