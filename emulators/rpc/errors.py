"""The failures a method may raise; the server turns them into gRPC statuses."""

from __future__ import annotations

import grpc


class RpcError(Exception):
    """A gRPC status other than OK; its text is the status message."""

    code = grpc.StatusCode.UNKNOWN
    trailing_metadata: tuple[tuple[str, bytes], ...] = ()


class InvalidArgument(RpcError):
    """The request is wrong whatever the state."""

    code = grpc.StatusCode.INVALID_ARGUMENT


class NotFound(RpcError):
    """What the request names does not exist."""

    code = grpc.StatusCode.NOT_FOUND


class AlreadyExists(RpcError):
    """What the request would make exists."""

    code = grpc.StatusCode.ALREADY_EXISTS


class FailedPrecondition(RpcError):
    """The state does not allow it."""

    code = grpc.StatusCode.FAILED_PRECONDITION


class Aborted(RpcError):
    """A conflict with another transaction; the caller may retry the whole."""

    code = grpc.StatusCode.ABORTED


class ResourceExhausted(RpcError):
    """A quota is used up."""

    code = grpc.StatusCode.RESOURCE_EXHAUSTED


class Unavailable(RpcError):
    """Not now; the caller may retry."""

    code = grpc.StatusCode.UNAVAILABLE


class Unimplemented(RpcError):
    """This emulator does not do that."""

    code = grpc.StatusCode.UNIMPLEMENTED


class Injected(RpcError):
    """A failure that a fault switch asked for."""

    def __init__(self, code: grpc.StatusCode, text: str) -> None:
        super().__init__(text)
        self.code = code
