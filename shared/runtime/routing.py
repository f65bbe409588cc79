"""Routes of one service: a method and a path template, and what a request must bring."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.contracts.identity import Scope
from shared.runtime.problems import Problem

DEFAULT_LIMIT = 1 << 20
PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Route:
    """One operation. `scope` None means anonymous; `exposed` False keeps it behind the gateway."""

    method: str
    path: str
    handler: Callable[..., Any]
    status: int
    scope: Scope | None
    idempotent: bool = False
    secret: bool = False
    exposed: bool = True
    limit: int = DEFAULT_LIMIT

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


class Router:
    """Finds the route of a request."""

    def __init__(self) -> None:
        self._routes: list[tuple[re.Pattern[str], Route]] = []

    @property
    def routes(self) -> list[Route]:
        return [route for _, route in self._routes]

    def add(self, route: Route) -> None:
        literal, *parameters = PARAMETER.split(route.path)
        pattern = re.escape(literal)
        for name, then in zip(parameters[::2], parameters[1::2], strict=True):
            pattern += f"(?P<{name}>[^/]+){re.escape(then)}"
        self._routes.append((re.compile(pattern), route))

    def match(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """The route and its path parameters. Raises 404, or 405 naming what is allowed."""
        wanted = "GET" if method == "HEAD" else method
        allowed = set()
        for pattern, route in self._routes:
            if found := pattern.fullmatch(path):
                if route.method == wanted:
                    return route, found.groupdict()
                allowed.add(route.method)
        if allowed:
            names = ", ".join(sorted(allowed))
            raise Problem("method-not-allowed", f"Use {names}.", headers={"Allow": names})
        raise Problem("not-found", "There is no such path.")
