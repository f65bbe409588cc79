"""Which service answers a request: the manifest's routes, compiled into one table."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.gateway.refusals import Refusal

PARAMETER = re.compile(r"\{[^/{}]+\}")
# One segment; never a dot segment, which some hop behind us might resolve to another path.
SEGMENT = r"(?!\.{1,2}(?:/|$))[^/]+"
DEFAULT_TIMEOUT = 60
GATEWAY = "api-gateway"


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes: `audience` is the service and all it may call, `timeout` in seconds."""

    service: str
    audience: tuple[str, ...]
    timeout: float
    anonymous: bool


class Router:
    """Finds the route of a method and a decoded path; literal segments win over parameters."""

    def __init__(self, routes: Mapping[tuple[str, str], Route]) -> None:
        tables: dict[str, dict[str, Route]] = defaultdict(dict)
        for (method, template), route in routes.items():
            tables[PARAMETER.sub("{}", template)][method] = route
        self._literal = {path: table for path, table in tables.items() if "{}" not in path}
        patterns = sorted((path for path in tables if "{}" in path), key=_specificity)
        self._tables = [tables[path] for path in patterns]
        alternatives = (re.escape(path).replace(r"\{\}", SEGMENT) for path in patterns)
        self._pattern = re.compile("|".join(f"({one})" for one in alternatives) or r"(?!)")

    def find(self, method: str, path: str) -> Route:
        """The route; raises `not-found`, or `method-not-allowed` naming those that are."""
        table = self._table(path)
        if table is None:
            raise Refusal("not-found")
        route = table.get("GET" if method == "HEAD" else method)
        if route is None:
            raise Refusal("method-not-allowed", headers={"Allow": ", ".join(_methods(table))})
        return route

    def methods(self, path: str) -> list[str]:
        """The methods of a path, OPTIONS and HEAD with them; raises `not-found`."""
        table = self._table(path)
        if table is None:
            raise Refusal("not-found")
        return _methods(table)

    def _table(self, path: str) -> dict[str, Route] | None:
        if (literal := self._literal.get(path)) is not None:
            return literal
        match = self._pattern.fullmatch(path)
        return self._tables[match.lastindex - 1] if match and match.lastindex else None


def load(manifest: Path, own_paths: Iterable[str]) -> Router:
    """The router of a manifest and of the gateway's own pages.

    Raises OSError or ValueError when the manifest cannot be read.
    """
    import yaml

    services: dict[str, Any] = yaml.safe_load(manifest.read_text("utf-8"))["services"]
    pages = {"anonymous": [f"GET {path}" for path in own_paths]}
    return Router(dict(_routes(services | {GATEWAY: pages})))


def _routes(services: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Route]]:
    for name, service in services.items():
        anonymous = service.get("anonymous", [])
        audience = tuple(sorted(_reach(name, services)))
        timeout = float(service.get("instance", {}).get("timeout", DEFAULT_TIMEOUT))
        for line in dict.fromkeys([*service.get("routes", []), *anonymous]):
            method, template = line.split()
            yield (method, template), Route(name, audience, timeout, line in anonymous)


def _reach(name: str, services: Mapping[str, Any]) -> set[str]:
    """The service and whatever it may call, directly or through others."""
    reached: set[str] = set()
    waiting = [name]
    while waiting:
        service = waiting.pop()
        if service not in reached:
            reached.add(service)
            waiting += services.get(service, {}).get("calls", [])
    return reached


def _specificity(path: str) -> tuple[bool, ...]:
    return tuple(segment == "{}" for segment in path.split("/"))


def _methods(table: Mapping[str, Route]) -> list[str]:
    head = ["HEAD"] if "GET" in table else []
    return sorted([*table, *head, "OPTIONS"])
