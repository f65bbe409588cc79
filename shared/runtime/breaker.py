"""A circuit breaker and a retry budget, per called service and process.

pybreaker holds one lock for the length of the call, which would serialise a threaded service;
hence these few lines. The breaker is the classic one (Nygard, Release It!): five failures in a
row open it for ten seconds, then one probe decides. The budget is Linkerd's: retries may add at
most a fifth to the calls, plus ten.
"""

from __future__ import annotations

import threading
import time

FAILURES_TO_OPEN = 5
OPEN_SECONDS = 10.0
RETRY_RATIO = 0.2
RETRY_RESERVE = 10.0


class Breaker:
    """Says whether a call may be made and learns from how it went."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_from = 0.0
        self._retries = RETRY_RESERVE

    def allows(self) -> bool:
        """False while open; at its end one caller at a time is let through to probe."""
        with self._lock:
            if self._failures < FAILURES_TO_OPEN:
                return True
            if time.monotonic() < self._closed_from:
                return False
            self._closed_from = time.monotonic() + OPEN_SECONDS
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0
            self._retries = min(self._retries + RETRY_RATIO, RETRY_RESERVE)

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES_TO_OPEN:
                self._closed_from = time.monotonic() + OPEN_SECONDS

    def may_retry(self) -> bool:
        """Takes one retry from the budget if there is one."""
        with self._lock:
            if self._retries < 1:
                return False
            self._retries -= 1
            return True
