"""What goes back to the client: sent as it comes, logged when it is over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from shared.contracts.problems import CONTENT_TYPE
from shared.gateway import logs
from shared.gateway.bodies import Receive
from shared.gateway.connection import CutOff, Response
from shared.gateway.headers import downstream, encoded, stamped
from shared.gateway.inbound import Inbound
from shared.gateway.outbound import Headers
from shared.gateway.refusals import ClientGone, Refusal

Send = Callable[[Any], Awaitable[None]]
CLIENT_GONE = 499  # nginx's status for it; nobody sees it but the log


class Reply:
    """An ASGI response: `body` is bytes, or a service's response that is passed on part by part.

    A service's body that breaks off, or lasts until `ends` (`time.monotonic()` seconds), is never
    made to look whole: the client's connection is closed without its end.
    """

    def __init__(
        self,
        inbound: Inbound,
        status: int,
        headers: Headers,
        body: bytes | Response,
        ends: float = 0,
    ) -> None:
        self._inbound = inbound
        self._status = status
        self._headers = headers
        self._body = body
        self._ends = ends
        self._size = 0

    @classmethod
    def relay(cls, inbound: Inbound, response: Response, ends: float) -> Reply:
        """A service's answer as the client may see it."""
        headers = downstream(response.status, response.headers)
        return cls(inbound, response.status, headers, response, ends)

    @classmethod
    def refuse(cls, inbound: Inbound, refusal: Refusal) -> Reply:
        """A problem of our own."""
        body = refusal.body(inbound.request_id)
        framing = {"Content-Type": CONTENT_TYPE, "Content-Length": str(len(body))}
        return cls(inbound, refusal.status, encoded(framing | refusal.headers), body)

    @classmethod
    def json(cls, inbound: Inbound, body: bytes) -> Reply:
        """A page of our own."""
        framing = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        return cls(inbound, 200, encoded(framing), body)

    async def __call__(self, _scope: Any, receive: Receive, send: Send) -> None:
        """Sends it, as ASGI wants it."""
        note = ""
        headers = self._headers + stamped(self._inbound)
        try:
            await send({"type": "http.response.start", "status": self._status, "headers": headers})
            if isinstance(self._body, bytes):
                await self._last(send, self._body)
            elif self._inbound.method == "HEAD":
                await self._last(send, b"")
            else:
                await self._pass_on(self._body, receive, send)
        except ClientGone:
            self._status = CLIENT_GONE
        except (CutOff, TimeoutError) as broken:
            note = type(broken).__name__
        finally:
            if isinstance(self._body, Response):
                self._body.close()
            logs.access(self._inbound, self._status, self._size, note)

    async def _pass_on(self, response: Response, receive: Receive, send: Send) -> None:
        if not response.complete:
            left = self._ends - time.monotonic()
            async with asyncio.timeout(left), until_disconnect(receive):
                while (part := await response.read()) and not response.complete:
                    self._size += len(part)
                    await send({"type": "http.response.body", "body": part, "more_body": True})
        else:
            part = await response.read()
        await self._last(send, part)

    async def _last(self, send: Send, part: bytes) -> None:
        self._size += len(part)
        await send({"type": "http.response.body", "body": part, "more_body": False})


@asynccontextmanager
async def until_disconnect(receive: Receive) -> AsyncIterator[None]:
    """Raises ClientGone inside the block when the client hangs up; its body must be read before."""
    task = asyncio.current_task()
    gone = False

    async def watch() -> None:
        nonlocal gone
        while (await receive())["type"] != "http.disconnect":
            pass
        gone = True
        if task is not None:
            task.cancel()

    watcher = asyncio.create_task(watch())
    try:
        yield
    except asyncio.CancelledError:
        if not gone or task is None:
            raise
        task.uncancel()
        raise ClientGone from None
    finally:
        watcher.cancel()
