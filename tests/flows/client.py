"""A caller of the public API, and the answers to expect of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from tests.flows.running_product import PATIENCE

PROBLEM = "application/problem+json"


class Client:
    """Requests to the gateway with one credential, or none, from an address of its own."""

    def __init__(self, gateway: str, address: str, headers: Mapping[str, str] | None = None):
        self.gateway = gateway
        self._session = requests.Session()
        self._session.headers.update({"X-Forwarded-For": address, **(headers or {})})

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        return self._session.request(method, self.gateway + path, timeout=PATIENCE, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.send("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> requests.Response:
        return self.send("POST", path, json=json, **options)

    def put(self, path: str, json: Any = None, **options: Any) -> requests.Response:
        return self.send("PUT", path, json=json, **options)

    def delete(self, path: str, **options: Any) -> requests.Response:
        return self.send("DELETE", path, **options)


@dataclass(frozen=True)
class ServerEvent:
    """One event of a stream; `problem` alone has no id."""

    id: int | None
    name: str
    data: dict[str, Any]


def events(lines: Iterable[str]) -> Iterator[ServerEvent]:
    """The server-sent events of a stream's lines, as they come (WHATWG HTML §9.2)."""
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if name:
            fields[name] = value
        elif "data" in fields:
            number = int(fields["id"]) if "id" in fields else None
            yield ServerEvent(number, fields["event"], json.loads(fields["data"]))
            fields = {}


def streamed(response: requests.Response) -> list[ServerEvent]:
    """All events of an answered stream."""
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"].startswith("text/event-stream")
    return list(events(response.iter_lines(decode_unicode=True)))


def done(response: requests.Response, status: int = 200) -> Any:
    """The JSON of a request that must have succeeded."""
    assert response.status_code == status, response.text
    return response.json()


def refused(response: requests.Response, status: int, slug: str) -> dict[str, Any]:
    """The problem of a request that must have been refused for this reason."""
    assert response.headers["Content-Type"].startswith(PROBLEM), response.text
    problem: dict[str, Any] = response.json()
    assert (response.status_code, problem["type"]) == (status, f"/problems/{slug}"), problem
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["X-Request-Id"]
    return problem
