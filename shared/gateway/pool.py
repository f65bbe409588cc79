"""Keep-alive connections to the services: the last one used is used again first."""

from __future__ import annotations

import asyncio
import functools
import ssl
import time
from collections import defaultdict, deque
from contextlib import suppress

from shared.gateway.connection import Connection, CutOff, Response
from shared.gateway.outbound import Headers, Origin, Outbound

IDLE_SECONDS = 1.5  # gunicorn closes after 2 s
MAX_IDLE = 64
CONNECT_SECONDS = 3


class ConnectFailed(ConnectionError):
    """Nobody listens at the address; nothing was sent."""


class Pool:
    """Sends requests; it has no upper bound: how many may run is for the services to say."""

    def __init__(self) -> None:
        self._idle: dict[Origin, deque[tuple[float, Connection]]] = defaultdict(deque)

    async def send(self, origin: Origin, request: Outbound, extra: Headers) -> Response:
        """The head of the answer; raises ConnectFailed, CutOff.

        Only a replayable request uses an idle connection: the service may be closing it just now.
        """
        if request.replayable and (idle := self._take(origin)):
            with suppress(CutOff):
                return await idle.exchange(request, extra)
        connection = await self._connect(origin)
        return await connection.exchange(request, extra)

    def _take(self, origin: Origin) -> Connection | None:
        idle = self._idle[origin]
        while idle:
            since, connection = idle.pop()
            if connection.usable and time.monotonic() - since < IDLE_SECONDS:
                return connection
            connection.close()
        return None

    def _release(self, connection: Connection) -> None:
        idle = self._idle[connection.origin]
        now = time.monotonic()
        idle.append((now, connection))
        while len(idle) > MAX_IDLE or now - idle[0][0] > IDLE_SECONDS:
            idle.popleft()[1].close()

    async def _connect(self, origin: Origin) -> Connection:
        tls = _tls() if origin.scheme == "https" else None
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                reader, writer = await asyncio.open_connection(origin.host, origin.port, ssl=tls)
        except OSError as wrong:
            raise ConnectFailed(f"{origin.url}: {wrong}") from wrong
        return Connection(origin, reader, writer, self._release)


@functools.cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
