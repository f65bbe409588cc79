"""How long a gRPC call may take in all: the clients' own defaults go on for minutes."""

from __future__ import annotations

from typing import Any


def within(seconds: float) -> dict[str, Any]:
    """Arguments that bound a call of a Google client, its retries included, to `seconds`.

    `timeout` alone bounds one attempt: with the server away the clients would retry reads for
    five minutes. For calls that may be made twice only.
    """
    from google.api_core import exceptions
    from google.api_core.retry import Retry, if_exception_type

    passing = if_exception_type(exceptions.ServiceUnavailable, exceptions.InternalServerError)
    retry = Retry(predicate=passing, initial=0.05, maximum=1.0, multiplier=2.0, timeout=seconds)
    return {"retry": retry, "timeout": seconds}
