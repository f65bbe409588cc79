"""Request bodies: short ones are held, so that they can be sent again; long ones pass through."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from shared.gateway.refusals import ClientGone, Refusal

MiB = 1024 * 1024
MAX_HELD = 1 * MiB
MAX_BODY = 35 * MiB  # a document of 25 MB as base64 in JSON
MAX_DRAINED = 80 * MiB
DRAIN_SECONDS = 30

Receive = Callable[[], Awaitable[Any]]


@dataclass(slots=True)
class Body:
    """`held` bytes, then `rest` as it arrives; `length` of both, None when not told."""

    held: bytes = b""
    rest: AsyncIterator[bytes] | None = None
    length: int | None = None


class Upload:
    """The body of a request while it comes in by ASGI's `receive`."""

    def __init__(self, receive: Receive, headers: dict[bytes, bytes]) -> None:
        declared = headers.get(b"content-length")
        self.receive = receive
        self._length = int(declared) if declared else None
        self._finished = self._length is None and b"transfer-encoding" not in headers
        self._client_waits = b"expect" in headers

    async def read(self) -> Body:
        """The body; raises `payload-too-large` over 35 MiB, ClientGone."""
        if self._length is not None and self._length > MAX_BODY:
            raise _too_large()
        held = bytearray()
        async for chunk in self._chunks():
            held += chunk
            if len(held) > MAX_HELD:
                return Body(bytes(held), self._rest(len(held)), self._length)
        return Body(bytes(held))

    async def drain(self) -> None:
        """Reads on, up to 80 MiB: most clients look at no answer before they have sent it all."""
        if self._client_waits:  # Expect: 100-continue, not continued yet
            return
        drained = 0
        with suppress(ClientGone, TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                async for chunk in self._chunks():
                    drained += len(chunk)
                    if drained > MAX_DRAINED:
                        return

    async def _chunks(self) -> AsyncIterator[bytes]:
        self._client_waits = False
        while not self._finished:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                self._finished = True
                raise ClientGone
            self._finished = not message.get("more_body", False)
            if chunk := message.get("body"):
                yield chunk

    async def _rest(self, size: int) -> AsyncIterator[bytes]:
        async for chunk in self._chunks():
            size += len(chunk)
            if size > MAX_BODY:
                raise _too_large()
            yield chunk


def _too_large() -> Refusal:
    return Refusal("payload-too-large", f"A body may have {MAX_BODY} bytes")
