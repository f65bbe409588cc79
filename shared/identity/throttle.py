"""Failed logins slow an account down: guessing is hopeless, yet nobody is locked out for good."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from shared.contracts.identity import LoginFailures
from shared.contracts.problems import Problem

FREE_FAILURES = 5
LONGEST_SECONDS = 900
FORGOTTEN_AFTER = timedelta(hours=12)


def wait(failures: int, last_failure_at: datetime, now: datetime) -> int:
    """Seconds until the next attempt may be made, rounded up; 0 if it may be made now.

    Five failures are free; each further one doubles the delay after it: 1, 2, 4 … 900 s. The
    longest delay is Keycloak's default.
    """
    elapsed = max(now - last_failure_at, timedelta(0))
    if failures <= FREE_FAILURES:
        return 0
    doublings = min(failures - FREE_FAILURES - 1, LONGEST_SECONDS.bit_length())
    delay = min(1 << doublings, LONGEST_SECONDS)
    return max(math.ceil(delay - elapsed.total_seconds()), 0)


def check(failures: LoginFailures | None, now: datetime) -> None:
    """Raises 429 with Retry-After while the account has to wait."""
    seconds = wait(failures.failures, failures.last_failure_at, now) if failures else 0
    if seconds:
        headers = {"Retry-After": str(seconds)}
        raise Problem("rate-limited", f"Wait {seconds} s before trying again.", headers=headers)


def failed(before: LoginFailures | None, account_id: str, now: datetime) -> LoginFailures:
    """The record after one more wrong password; 12 h without one (Keycloak's default) clear it.

    An attempt refused by `wait` is not a failure: its password was never looked at.
    """
    if before is None or now - before.last_failure_at >= FORGOTTEN_AFTER:
        return LoginFailures(id=account_id, failures=1, last_failure_at=now)
    latest = max(before.last_failure_at, now)
    return before.model_copy(update={"failures": before.failures + 1, "last_failure_at": latest})
