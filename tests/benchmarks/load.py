"""A load generator: connections that are kept, each sending again as soon as it is answered.

Client and servers share the machine's cores: requests a second are a lower bound.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import cast
from urllib.parse import urlsplit

import uvloop

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
END_OF_HEAD = b"\r\n\r\n"
More = Callable[[int, float], bool]  # (requests answered, seconds gone) -> whether to send another


class LoadError(Exception):
    """A request was not answered, or not as expected."""


@dataclass(frozen=True)
class Request:
    """What is sent over and over; `status` is the answer expected."""

    method: str
    url: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200

    def encoded(self) -> bytes:
        """The request as it goes over the wire."""
        parts = urlsplit(self.url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        own = {"Host": parts.netloc, "Content-Length": str(len(self.body))}
        headers = "".join(f"{name}: {value}\r\n" for name, value in {**own, **self.headers}.items())
        return f"{self.method} {target} HTTP/1.1\r\n{headers}\r\n".encode() + self.body


@dataclass(frozen=True)
class Load:
    """What came of it: a latency in milliseconds for each request, within so many seconds."""

    latencies: list[float]
    seconds: float

    def percentile(self, q: float) -> float:
        """The latency that `q` per cent of the requests do not exceed (nearest rank)."""
        ordered = sorted(self.latencies)
        return ordered[max(0, -int(-q * len(ordered) // 100) - 1)]

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def __add__(self, other: Load) -> Load:
        return Load(self.latencies + other.latencies, self.seconds + other.seconds)


def run(request: Request, *, connections: int = 1, seconds: float = 2.0) -> Load:
    """Sends `request` for that long. Raises LoadError at the first unexpected answer."""
    return uvloop.run(_run(request, connections, lambda sent, now: now < seconds))


def repeat(request: Request, times: int, *, connections: int = 1) -> Load:
    """Sends `request` so many times on each connection. Raises LoadError as `run` does."""
    return uvloop.run(_run(request, connections, lambda sent, now: sent < times))


async def _run(request: Request, connections: int, more: More) -> Load:
    url = urlsplit(request.url)
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    make = partial(_Sender, request, more, began)
    place = (url.hostname or "", url.port or 80)
    senders = [(await loop.create_connection(make, *place))[1] for _ in range(connections)]
    await asyncio.gather(*(sender.done for sender in senders))
    seconds = time.perf_counter() - began
    return Load([one for sender in senders for one in sender.latencies], seconds)


class _Sender(asyncio.Protocol):
    """One connection. Only answers with a Content-Length are understood."""

    def __init__(self, request: Request, more: More, began: float) -> None:
        self.latencies: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._message = request.encoded()
        self._expected = b" %d " % request.status
        self._more = more
        self._began = began
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(self._message)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._whole():
            return
        now = time.perf_counter()
        self.latencies.append((now - self._sent) * 1000)
        if self._expected not in self._received[:16]:
            self._end(LoadError(self._received[:500].decode("latin-1")))
        elif self._more(len(self.latencies), now - self._began):
            self._received = b""
            self._send()
        else:
            self._end(None)

    def _whole(self) -> bool:
        head, end, body = self._received.partition(END_OF_HEAD)
        length = LENGTH.search(head)
        return bool(end) and len(body) >= (int(length[1]) if length else 0)

    def _end(self, error: LoadError | None) -> None:
        if not self.done.done():
            self.done.set_exception(error) if error else self.done.set_result(None)
        self._transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        self._end(LoadError("The connection was closed before the answer was whole."))
