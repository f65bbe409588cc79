"""A very small HTTP/1.1 server on asyncio, enough for the admin API on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

HOST = "127.0.0.1"
LARGEST_BODY = 1 << 20


@dataclass(frozen=True)
class Request:
    """Method, decoded path segments, query and body."""

    method: str
    path: tuple[str, ...]
    query: dict[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body's JSON object, {} for no body. Raises ValueError."""
        parsed = json.loads(self.body or b"{}")
        if not isinstance(parsed, dict):
            raise ValueError("The body must be a JSON object.")  # noqa: TRY004 - it is the caller's
        return parsed


@dataclass(frozen=True)
class Response:
    """Status, body and its type."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"

    @classmethod
    def of(cls, value: Any, status: int = 200) -> Response:
        """A JSON response."""
        return cls(status, json.dumps(value).encode())

    @classmethod
    def html(cls, text: str) -> Response:
        """A page."""
        return cls(200, text.encode(), "text/html; charset=utf-8")


Handler = Callable[[Request], Response]


async def serve_http(answer: Handler, port: int) -> asyncio.Server:
    """A started server on 127.0.0.1, one request a connection. Raises OSError on a taken port."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            response = await _respond(reader, answer)
            writer.write(_encode(response))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the other side left; nobody to tell
        finally:
            writer.close()

    return await asyncio.start_server(connected, HOST, port)


async def _respond(reader: asyncio.StreamReader, answer: Handler) -> Response:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        start, *lines = head.split("\r\n")
        method, target, _ = start.split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in _split(lines)}
        length = int(headers.get("content-length", "0"))
        if not 0 <= length <= LARGEST_BODY:
            return Response.of({"error": "The body is too large."}, 413)
        url = urlsplit(target)
        path = tuple(unquote(part) for part in url.path.split("/") if part)
        body = await reader.readexactly(length)
    except (ValueError, asyncio.LimitOverrunError):
        return Response.of({"error": "That is not HTTP."}, 400)
    return answer(Request(method, path, dict(parse_qsl(url.query)), body))


def _split(lines: list[str]) -> list[tuple[str, str, str]]:
    return [line.partition(":") for line in lines if line]


def _encode(response: Response) -> bytes:
    head = (
        f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}\r\n"
        f"Content-Type: {response.content_type}\r\n"
        f"Content-Length: {len(response.body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + response.body
