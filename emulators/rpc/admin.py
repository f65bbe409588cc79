"""The admin API: what tests and curious people ask the emulators beside their gRPC methods.

GET    /                       a page that leads to every emulator's pages, /<emulator>/…
GET    /health                 200 once it answers
GET    /faults                 the fault switches     POST  one Fault    DELETE  all off
POST   /reset[?only=NAME]      forgets everything, also on disk
GET    /export[?only=NAME]     everything, one JSON object a line
GET    /clock                  {"now": nanoseconds}
POST   /clock/advance          {"seconds": s} moves time on
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from emulators.rpc.clock import Clock
from emulators.rpc.engine import Engine
from emulators.rpc.faults import Fault, Faults
from emulators.rpc.html import link, page, table
from emulators.rpc.http import Request, Response, serve_http


class Admin:
    """Answers the requests above."""

    def __init__(self, engines: Sequence[Engine], faults: Faults, clock: Clock) -> None:
        self._engines = {engine.name: engine for engine in engines}
        self._faults = faults
        self._clock = clock
        self._routes = {
            ("GET", ""): self._index,
            ("GET", "health"): lambda _: Response.of({"status": "ok"}),
            ("GET", "faults"): lambda _: Response.of({"items": faults.describe()}),
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): self._clear_faults,
            ("POST", "reset"): self._reset,
            ("GET", "export"): self._export,
            ("GET", "clock"): lambda _: Response.of({"now": clock.now()}),
            ("POST", "clock/advance"): self._advance,
        }

    async def serve(self, port: int) -> asyncio.Server:
        """A started server on 127.0.0.1. Raises OSError when the port is taken."""
        return await serve_http(self.answer, port)

    def answer(self, request: Request) -> Response:
        """The response to any request; what the caller got wrong is 400."""
        route = self._routes.get((request.method, "/".join(request.path)))
        try:
            return route(request) if route else self._page(request)
        except (ValueError, TypeError) as wrong:
            return Response.of({"error": str(wrong)}, 400)

    def _chosen(self, request: Request) -> list[Engine]:
        only = request.query.get("only")
        if only and only not in self._engines:
            raise ValueError(f"There is no emulator {only!r}.")
        return [self._engines[only]] if only else list(self._engines.values())

    def _index(self, _: Request) -> Response:
        leads = table(["emulator"], [[link(name, name)] for name in self._engines])
        return Response.html(page("Emulators", leads))

    def _page(self, request: Request) -> Response:
        engine = self._engines.get(request.path[0]) if request.path else None
        if engine and request.method == "GET":
            shown = engine.page(request.path[1:])
            if shown is not None:
                return Response.html(shown)
        return Response.of({"error": "There is no such page."}, 404)

    def _add_fault(self, request: Request) -> Response:
        fault = Fault.parse(request.json())
        self._faults.add(fault)
        return Response.of(fault.describe(), 201)

    def _clear_faults(self, _: Request) -> Response:
        self._faults.clear()
        return Response(204)

    def _reset(self, request: Request) -> Response:
        for engine in self._chosen(request):
            engine.reset()
        return Response(204)

    def _export(self, request: Request) -> Response:
        records = (
            {"emulator": engine.name, **record}
            for engine in self._chosen(request)
            for record in engine.export()
        )
        lines = "".join(json.dumps(record) + "\n" for record in records)
        return Response(200, lines.encode(), "application/x-ndjson")

    def _advance(self, request: Request) -> Response:
        self._clock.advance(float(request.json().get("seconds", 0)))
        return Response.of({"now": self._clock.now()})
