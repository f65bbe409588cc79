"""Frontdesk's public API, as the command line and the demo tenant's making use it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import urllib3

TIMEOUT = urllib3.Timeout(connect=5, read=180)
RETRY = urllib3.Retry(total=3, read=1, backoff_factor=0.2, allowed_methods=None, status=0)


class ApiError(Exception):
    """What the API answered, or that it did not, in one line."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class Api:
    """One address and one credential. Every POST carries a fresh Idempotency-Key: retries are safe.

    Its methods return the JSON of the answer and raise ApiError for any status from 400.
    """

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        self.url = url.rstrip("/")
        self._pool = urllib3.PoolManager(
            headers=dict(headers or {}), timeout=TIMEOUT, retries=RETRY, maxsize=4
        )

    def get(self, path: str, **query: str) -> Any:
        return self._request("GET", path, fields=query)

    def delete(self, path: str) -> Any:
        return self._request("DELETE", path)

    def post(self, path: str, json: Any = None, fields: Mapping[str, Any] | None = None) -> Any:
        """A JSON body, or `fields` as multipart: a value, or a file as (name, bytes, type)."""
        headers = {**self._pool.headers, "Idempotency-Key": secrets.token_hex(16)}
        if fields is None:
            return self._request("POST", path, json=json, headers=headers)
        return self._request("POST", path, fields=fields, headers=headers)

    def _request(self, method: str, path: str, **options: Any) -> Any:
        try:
            answer = self._pool.request(method, self.url + path, **options)
        except urllib3.exceptions.HTTPError as failed:
            raise ApiError(
                f"Nothing answers at {self.url}: start a stack with `frontdesk up`, or point "
                "FRONTDESK_URL at a running one."
            ) from failed
        if answer.status >= 400:
            raise ApiError(_words(answer), answer.status)
        return answer.json() if answer.data else None


def _words(answer: urllib3.BaseHTTPResponse) -> str:
    """The problem (RFC 9457) in one line; the bare status of an answer that is none."""
    try:
        problem = answer.json()
        words = f"{problem['title']} ({answer.status})"
    except (ValueError, KeyError, TypeError):
        return f"{answer.status} {answer.reason}"
    fields = "; ".join(f"{e['field']}: {e['message']}" for e in problem.get("errors") or [])
    return ": ".join(part for part in (words, problem.get("detail"), fields) if part)
