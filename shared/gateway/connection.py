"""One HTTP/1.1 connection to a service, and the response as it comes in on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from shared.gateway.bodies import Body
from shared.gateway.outbound import Headers, Origin, Outbound

READ_SIZE = 64 * 1024


class CutOff(ConnectionError):
    """The connection ended, or stopped to be HTTP, before the response was complete."""


class Response:
    """A service's answer. `Connection.exchange` returns it when its head is there.

    `complete` says that all of the body has arrived; the connection is then free again.
    """

    def __init__(self, connection: Connection) -> None:
        from httptools import HttpResponseParser

        self.status = 0
        self.headers: Headers = []
        self.complete = False
        self._connection = connection
        self._parser = HttpResponseParser(self)
        self._headed = False
        self._keep_alive = False
        self._parts: list[bytes] = []

    async def head(self) -> None:
        """Reads until the head is there, over interim (1xx) answers."""
        while not self._headed:
            await self._receive()

    async def read(self) -> bytes:
        """The next part of the body as it arrives, empty at the end; raises CutOff."""
        while not self._parts and not self.complete:
            await self._receive()
        part = b"".join(self._parts)
        self._parts.clear()
        return part

    async def buffered(self) -> bytes:
        """The whole body, which `read` will still return."""
        while not self.complete:
            await self._receive()
        self._parts = [b"".join(self._parts)]
        return self._parts[0]

    def close(self) -> None:
        """Gives up what has not been read; the service sees its connection close."""
        if not self.complete:
            self._connection.close()

    async def _receive(self) -> None:
        from httptools import HttpParserError, HttpParserUpgrade

        data = await self._connection.receive()
        if not data:
            self._end()
            return
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as wrong:
            raise CutOff("the answer is not HTTP") from wrong
        if self.complete:
            self._connection.finish(reusable=self._keep_alive)

    def _end(self) -> None:
        """The service closed: that ends a body without a length, and cuts any other short."""
        framing = {b"content-length", b"transfer-encoding"}
        if not self._headed or any(name in framing for name, _ in self.headers):
            raise CutOff("the connection closed before the answer was complete")
        self.complete = True
        self._connection.finish(reusable=False)

    # What the parser calls.

    def on_message_begin(self) -> None:
        """A new head: what an interim answer carried is forgotten."""
        self.headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header field."""
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """The end of a head, perhaps an interim one."""
        self.status = self._parser.get_status_code()
        self._headed = self.status >= 200

    def on_body(self, part: bytes) -> None:
        """A part of the body, without its chunk framing."""
        self._parts.append(part)

    def on_message_complete(self) -> None:
        """The end of the body, or of an interim answer."""
        self.complete = self._headed
        self._keep_alive = self._parser.should_keep_alive()


class Connection:
    """Carries one request at a time; `release` is called when it may carry another."""

    def __init__(
        self,
        origin: Origin,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        release: Callable[[Connection], None],
    ) -> None:
        self.origin = origin
        self._reader = reader
        self._writer = writer
        self._release = release
        self._sent = True

    @property
    def usable(self) -> bool:
        """False once the service has closed it."""
        return not (self._reader.at_eof() or self._writer.is_closing())

    async def exchange(self, request: Outbound, extra: Headers) -> Response:
        """Sends the request and returns the head of the answer; raises CutOff."""
        response = Response(self)
        head = request.head(self.origin, extra)
        try:
            if request.body.rest is None:
                self._writer.writelines((head, request.body.held))
                await response.head()
            else:
                self._writer.write(head)
                await self._upload(request.body, request.body.rest, response)
        except BaseException:
            self.close()
            raise
        return response

    async def receive(self) -> bytes:
        """What has arrived, empty at the end; raises CutOff."""
        try:
            return await self._reader.read(READ_SIZE)
        except OSError as wrong:
            raise CutOff(str(wrong)) from wrong

    def finish(self, *, reusable: bool) -> None:
        """The response is complete: the connection goes back to its pool, or closes."""
        if reusable and self._sent and self.usable:
            self._release(self)
        else:
            self.close()

    def close(self) -> None:
        """Closes at once, whatever is under way."""
        self._writer.transport.abort()

    async def _upload(self, body: Body, rest: AsyncIterator[bytes], response: Response) -> None:
        """Sends while listening: a service may refuse (413, 401) before it has read it all."""
        self._sent = False
        chunked = body.length is None
        listening = asyncio.create_task(response.head())
        try:
            await self._send(body.held, chunked)
            async for part in rest:
                if listening.done():
                    break
                await self._send(part, chunked)
            else:
                await self._send(b"", chunked)
                self._sent = True
            await listening
        except ConnectionError:
            await listening
        finally:
            listening.cancel()

    async def _send(self, part: bytes, chunked: bool) -> None:
        """Writes a part; with chunked framing an empty one is the end of the body."""
        self._writer.write(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
        await self._writer.drain()
