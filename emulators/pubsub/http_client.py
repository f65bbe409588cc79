"""POST over HTTP/1.1 with connections that are kept open: all that pushing needs of a client."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

LARGEST_ANSWER = 1 << 20  # bytes that are read so that a connection may be used again
CONTINUING = (100, 103)
BODILESS = (102, 204, 304)


class Address(NamedTuple):
    """Where a connection leads."""

    host: str
    port: int
    secure: bool


class HttpError(Exception):
    """The answer was not HTTP, or there was none."""


class Connection:
    """One connection to a server, `reusable` after a complete answer that leaves it open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.reusable = False

    @classmethod
    async def open(cls, address: Address) -> Connection:
        """Raises OSError."""
        tls = ssl.create_default_context() if address.secure else None
        return cls(*await asyncio.open_connection(address.host, address.port, ssl=tls))

    async def exchange(self, request: bytes) -> int:
        """The status of the answer. Raises OSError, HttpError."""
        self.reusable = False
        self._writer.write(request)
        await self._writer.drain()
        try:
            status, headers = await self._head()
            while status in CONTINUING:
                status, headers = await self._head()
            self.reusable = await self._skip_body(status, headers)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError) as wrong:
            raise HttpError("The answer was not HTTP.") from wrong
        return status

    @property
    def alive(self) -> bool:
        """Whether the other side has not closed it, as far as is known."""
        return not self._reader.at_eof()

    def close(self) -> None:
        """For good."""
        self._writer.close()

    async def _head(self) -> tuple[int, dict[str, str]]:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        start, *lines = head.split("\r\n")
        version, status, *_ = start.split(" ", 2)
        fields = (line.partition(":") for line in lines if line)
        headers = {name.strip().lower(): value.strip().lower() for name, _, value in fields}
        if version != "HTTP/1.1":
            headers["connection"] = "close"
        return int(status), headers

    async def _skip_body(self, status: int, headers: Mapping[str, str]) -> bool:
        """Whether the connection is good for another request afterwards."""
        if headers.get("connection") == "close":
            return False
        if status in BODILESS:
            return headers.get("content-length", "0") == "0"
        if headers.get("transfer-encoding") == "chunked":
            await self._skip_chunks()
            return True
        length = int(headers.get("content-length", LARGEST_ANSWER + 1))
        if not 0 <= length <= LARGEST_ANSWER:
            return False
        await self._reader.readexactly(length)
        return True

    async def _skip_chunks(self) -> None:
        while size := int((await self._reader.readuntil(b"\r\n")).split(b";")[0], 16):
            await self._reader.readexactly(size + len(b"\r\n"))
        while await self._reader.readuntil(b"\r\n") != b"\r\n":
            pass


class HttpClient:
    """Keeps idle connections by address."""

    def __init__(self) -> None:
        self._idle: dict[Address, list[Connection]] = {}

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status that the server answered with. Raises OSError, HttpError."""
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        address = Address(parts.hostname or "", parts.port or (443 if secure else 80), secure)
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        request = _encode(target, parts.netloc.rpartition("@")[2], headers, body)
        if connection := self._kept(address):
            with contextlib.suppress(OSError, HttpError):  # closed meanwhile: a new one will do
                return await self._over(connection, address, request)
        return await self._over(await Connection.open(address), address, request)

    def close(self) -> None:
        """Closes the idle connections."""
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()

    def _kept(self, address: Address) -> Connection | None:
        idle = self._idle.get(address, [])
        while idle:
            connection = idle.pop()
            if connection.alive:
                return connection
            connection.close()
        return None

    async def _over(self, connection: Connection, address: Address, request: bytes) -> int:
        try:
            return await connection.exchange(request)
        finally:
            if connection.reusable:
                self._idle.setdefault(address, []).append(connection)
            else:
                connection.close()


def _encode(target: str, host: str, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"POST {target} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}"]
    lines += [_line(f"{name}: {value}") for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")
