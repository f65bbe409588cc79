"""A line between two programs that can be cut, closed and slowed down."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

HOST = "127.0.0.1"
CHUNK = 64 * 1024


class FaultyLine:
    """Relays TCP connections to a port; `delay` is how long it holds back what passes, seconds."""

    def __init__(self, port: int) -> None:
        self.delay = 0.0
        self._target = port
        self._closed = False
        self._ends: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._connect, HOST, 0))

    @property
    def address(self) -> str:
        host, port = self._server.sockets[0].getsockname()
        return f"{host}:{port}"

    def cut(self) -> None:
        """Breaks every connection there is; new ones may be made."""
        self._run(self._abort())

    @contextmanager
    def closed(self) -> Iterator[None]:
        """No connection lives, and none can be made."""
        self._closed = True
        self.cut()
        try:
            yield
        finally:
            self._closed = False

    @contextmanager
    def slow(self, seconds: float) -> Iterator[None]:
        """Everything that passes, either way, takes this much longer."""
        self.delay = seconds
        try:
            yield
        finally:
            self.delay = 0.0

    def stop(self) -> None:
        self._server.close()
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _abort(self) -> None:
        for end in self._ends:
            end.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._closed:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(HOST, self._target)
        ends = {writer, far_writer}
        self._ends |= ends
        ways = [self._relay(reader, far_writer), self._relay(far_reader, writer)]
        await asyncio.gather(*ways)
        self._ends -= ends

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Passes on what comes until an end closes, and then closes the other."""
        with suppress(ConnectionError):
            while data := await reader.read(CHUNK):
                await asyncio.sleep(self.delay)
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
