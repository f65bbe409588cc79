"""Calls between services by name: pooled connections, deadline passed down, retries within a
budget and only where safe, a circuit breaker, the caller's token and the service's own identity.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from shared.contracts.problems import KINDS, ProblemDetails
from shared.runtime.breaker import Breaker
from shared.runtime.context import Invocation, current
from shared.runtime.directory import locate
from shared.runtime.problems import Problem
from shared.runtime.telemetry import log

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

Answer = TypeVar("Answer", bound=BaseModel)
TRIES = 3
BACKOFF_SECONDS = 0.05
PASSED_ON = {"not-found", "invalid-body", "forbidden", "conflict", "rate-limited"}

_breakers: defaultdict[str, Breaker] = defaultdict(Breaker)
_making = threading.Lock()


def call(
    service: str,
    method: Literal["GET", "POST"],
    path: str,
    body: BaseModel | None,
    returns: type[Answer],
    *,
    safe: bool = True,
) -> Answer:
    """Calls another service for the current caller and returns its answer.

    `safe` says that doing it twice does no harm, so that it may be retried. Raises the callee's
    own problem where it concerns the caller, else 503 or 504.
    """
    breaker = _breakers[service]
    for attempt in range(1, TRIES + 1):
        _within_deadline(service)
        if not breaker.allows():
            raise Problem("unavailable", f"{service} is failing; try again in a few seconds.")
        response = _send(service, method, path, body)
        if response is not None and response.status < 500:
            breaker.succeeded()
            return _read(service, response, returns)
        breaker.failed()
        if not (safe and attempt < TRIES and breaker.may_retry()):
            break
        log("DEBUG", "call retried", callee=service, attempt=attempt)
        time.sleep(BACKOFF_SECONDS * 2**attempt * random.uniform(0.5, 1))  # noqa: S311 - jitter
    _within_deadline(service)
    raise Problem("unavailable", f"{service} does not answer.", headers={"Retry-After": "1"})


def fetch(service: str, path: str) -> str:
    """A public text of another service (the signing keys, say), or 503."""
    response = _send(service, "GET", path, None)
    if response is None or response.status != 200:
        raise Problem("unavailable", f"{service} does not answer.")
    return response.data.decode()


def _send(service: str, method: str, path: str, body: BaseModel | None) -> BaseHTTPResponse | None:
    """The response, or None if there was none in time."""
    from urllib3 import Timeout
    from urllib3.exceptions import HTTPError

    url = locate(service)
    try:
        return _pool().request(
            method,
            url + path,
            body=None if body is None else body.model_dump_json().encode(),
            headers=_headers(url, current()),
            timeout=Timeout(total=current().remaining()),
        )
    except HTTPError as error:
        log("WARNING", "call failed", callee=service, reason=str(error))
        return None


def _headers(url: str, invocation: Invocation) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "X-Request-Id": invocation.request_id,
        "X-Deadline-Ms": str(int(invocation.remaining() * 1000)),
        "traceparent": invocation.traceparent,
    }
    if invocation.token:
        headers["Authorization"] = f"Bearer {invocation.token}"
    if os.environ.get("K_SERVICE"):
        headers["X-Serverless-Authorization"] = f"Bearer {_own_identity(url)}"
    return headers


def _own_identity(audience: str) -> str:
    """This service's Google ID token, which Cloud Run's IAM checks at the callee; kept an hour."""
    from google.auth.transport.requests import Request

    credentials = _identity_credentials(audience)
    with _making:
        if not credentials.valid:
            credentials.refresh(Request())
        token: str = credentials.token
    return token


@cache
def _identity_credentials(audience: str) -> Any:
    from google.oauth2.id_token import fetch_id_token_credentials

    return fetch_id_token_credentials(audience)


def _read(service: str, response: BaseHTTPResponse, returns: type[Answer]) -> Answer:
    if response.status < 400:
        try:
            return returns.model_validate_json(response.data)
        except ValidationError as wrong:
            raise Problem("bad-gateway", f"{service} answered in another shape.") from wrong
    raise _passed_on(service, response)


def _passed_on(service: str, response: BaseHTTPResponse) -> Problem:
    try:
        details = ProblemDetails.model_validate_json(response.data)
    except ValidationError:
        return Problem("bad-gateway", f"{service} answered {response.status}.")
    slug = details.type.rpartition("/")[2]
    if slug in PASSED_ON and slug in KINDS:
        return Problem(slug, details.detail, code=details.code, errors=details.errors)
    log("WARNING", "call refused", callee=service, status=response.status, slug=slug)
    return Problem("bad-gateway", f"{service} refused the call ({slug}).")


def _within_deadline(service: str) -> None:
    if current().deadline <= time.monotonic():
        raise Problem("deadline-exceeded", f"{service} took too long.")


def _pool() -> PoolManager:
    with _making:
        pool: PoolManager = _make_pool()
    return pool


@cache
def _make_pool() -> Any:
    """Connections are kept and reused; urllib3 drops one that the other side has closed."""
    from urllib3 import PoolManager

    return PoolManager(num_pools=16, maxsize=16, retries=False)
