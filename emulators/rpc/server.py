"""gRPC services of plain coroutines, served on loopback."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import Message

from emulators.rpc.errors import RpcError
from emulators.rpc.faults import Faults

LARGEST_MESSAGE = 64 << 20  # the APIs' own limits are lower and answer in their own words
HOST = "127.0.0.1"

Unary = Callable[[Any], Awaitable[Message]]
Streaming = Callable[[Any], AsyncIterator[Message]]


class Service:
    """The methods of one gRPC service; those not added answer UNIMPLEMENTED."""

    def __init__(self, name: str, faults: Faults) -> None:
        """`name` is full: "google.firestore.v1.Firestore"."""
        self.name = name
        self._faults = faults
        self._handlers: dict[str, grpc.RpcMethodHandler] = {}

    def unary(
        self, method: str, request: type[Message], response: type[Message], answer: Unary
    ) -> None:
        """One request, one response."""

        async def handle(asked: Message, context: grpc.aio.ServicerContext) -> Message | None:
            try:
                faults = self._faults.meeting(f"{self.name}/{method}")
                for fault in faults:
                    await fault.strike(after=False)
                answered = await answer(asked)
                for fault in faults:
                    await fault.strike(after=True)
            except RpcError as error:
                await context.abort(error.code, str(error), error.trailing_metadata)
            return answered

        self._handlers[method] = grpc.unary_unary_rpc_method_handler(
            handle, request.FromString, response.SerializeToString
        )

    def server_stream(
        self, method: str, request: type[Message], response: type[Message], answer: Streaming
    ) -> None:
        """One request, a stream of responses."""
        self._handlers[method] = grpc.unary_stream_rpc_method_handler(
            self._streaming(method, answer), request.FromString, response.SerializeToString
        )

    def duplex(
        self, method: str, request: type[Message], response: type[Message], answer: Streaming
    ) -> None:
        """A stream both ways; `answer` is given an async iterator of requests."""
        self._handlers[method] = grpc.stream_stream_rpc_method_handler(
            self._streaming(method, answer), request.FromString, response.SerializeToString
        )

    def _streaming(self, method: str, answer: Streaming) -> Callable[..., AsyncIterator[Message]]:
        async def handle(asked: Any, context: grpc.aio.ServicerContext) -> AsyncIterator[Message]:
            try:
                faults = self._faults.meeting(f"{self.name}/{method}")
                for fault in faults:
                    await fault.strike(after=False)
                async for part in answer(asked):
                    yield part
                for fault in faults:
                    await fault.strike(after=True)
            except RpcError as error:
                await context.abort(error.code, str(error), error.trailing_metadata)

        return handle

    def handler(self) -> grpc.GenericRpcHandler:
        """What gRPC is given."""
        return grpc.method_handlers_generic_handler(self.name, self._handlers)


async def serve(services: Sequence[Service], port: int) -> grpc.aio.Server:
    """A started server on 127.0.0.1. Raises OSError when the port is taken."""
    _require_free(port)
    options = [
        ("grpc.so_reuseport", 0),
        ("grpc.max_receive_message_length", LARGEST_MESSAGE),
        ("grpc.max_send_message_length", LARGEST_MESSAGE),
    ]
    server = grpc.aio.server(options=options)
    server.add_generic_rpc_handlers(tuple(service.handler() for service in services))
    server.add_insecure_port(f"{HOST}:{port}")
    await server.start()
    return server


def _require_free(port: int) -> None:
    """Finds out before gRPC does, which writes lines of its own to stderr."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError as taken:
        raise OSError(f"cannot listen on port {port}") from taken
