"""What handlers return, on the wire: JSON, bytes, problems, and server-sent events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from shared.contracts.base import Record
from shared.contracts.problems import CONTENT_TYPE
from shared.runtime.context import current
from shared.runtime.problems import Problem
from shared.runtime.telemetry import log_error

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.datastructures import Headers

JSON = "application/json"


@dataclass(frozen=True)
class Reply:
    """A whole answer; handlers return one when a model alone does not say enough."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ServerEvent:
    """One server-sent event; a client that lost the stream resumes after `id`."""

    event: str
    data: BaseModel | dict[str, Any]
    id: int


@dataclass(frozen=True)
class Wants:
    """How the client wants its answer: as a stream of events, and after which one (0: all)."""

    stream: bool = False
    after: int = 0

    @classmethod
    def of(cls, headers: Headers) -> Wants:
        last = headers.get("Last-Event-ID", "")
        return cls(
            stream="text/event-stream" in headers.get("Accept", ""),
            after=int(last) if last.isdigit() else 0,
        )


@dataclass(frozen=True)
class Stream:
    """An answer sent as it comes; `location` is where the same events can be read again."""

    events: Iterable[ServerEvent]
    location: str


def render(result: object, status: int) -> Reply:
    """A handler's result as an answer: a model, bytes with headers (Reply), or nothing (204)."""
    if isinstance(result, Reply):
        return result
    if result is None:
        return Reply(status=204)
    if isinstance(result, BaseModel):
        headers = {"Content-Type": JSON}
        if isinstance(result, Record):
            headers["ETag"] = f'"{result.revision}"'
        return Reply(result.model_dump_json().encode(), status, headers)
    raise TypeError(f"a handler cannot return {type(result).__name__}")


def render_problem(problem: Problem, request_id: str | None) -> Reply:
    body = problem.body(request_id).model_dump_json(exclude_none=True).encode()
    return Reply(body, problem.status, {"Content-Type": CONTENT_TYPE, **problem.headers})


def problem_of(error: Exception) -> Problem:
    """What the client is told of an error; one that nobody foresaw is logged and told in a line."""
    from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestEntityTooLarge):
        return Problem("payload-too-large")
    if isinstance(error, BadRequest):
        return Problem("invalid-request", "The body did not arrive whole.")
    log_error("unhandled error", error)
    return Problem("internal-error", "It was logged; quote the request id.")


def respond(reply: Reply) -> Response:
    from flask import Response

    response = Response(reply.body, reply.status, reply.headers)
    if not reply.body:
        del response.headers["Content-Type"]
    return response


def respond_stream(stream: Stream) -> Response:
    """Server-sent events (WHATWG HTML §9.2), never buffered or cached on the way.

    An error on the way ends the stream with the event `problem`, whose data is the problem body.
    """
    from flask import Response

    headers = {
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
        "Content-Location": stream.location,
    }
    return Response(_frames(stream.events), 200, headers)


def _frames(events: Iterable[ServerEvent]) -> Iterator[bytes]:
    yield b"retry: 1000\n\n"
    try:
        for event in events:
            data = event.data
            text = data.model_dump_json() if isinstance(data, BaseModel) else json.dumps(data)
            yield f"id: {event.id}\nevent: {event.event}\ndata: {text}\n\n".encode()
    except Exception as error:  # noqa: BLE001 - the status is out already: told in the stream
        body = render_problem(problem_of(error), current().request_id).body
        yield b"event: problem\ndata: " + body + b"\n\n"
