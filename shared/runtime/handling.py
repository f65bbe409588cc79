"""One HTTP request, from arrival to answer: the protocol that every route shares."""

from __future__ import annotations

import hashlib
import json
import random
import time
from typing import TYPE_CHECKING

from shared.cloud.firestore import Contention
from shared.runtime import consuming, health
from shared.runtime.binding import bind, form_fields, reader
from shared.runtime.caller import Caller
from shared.runtime.context import begin, current
from shared.runtime.files import Files
from shared.runtime.idempotency import Lease, acquire
from shared.runtime.problems import Problem
from shared.runtime.replies import (
    Reply,
    Stream,
    Wants,
    problem_of,
    render,
    render_problem,
    respond,
    respond_stream,
)
from shared.runtime.store import DIRECTORY, Store
from shared.runtime.telemetry import log_request
from shared.runtime.work import Work

if TYPE_CHECKING:
    from flask import Request, Response

    from shared.runtime.routing import Route
    from shared.runtime.service import Service

ATTEMPTS = 8
TOO_LARGE = 413


def handle(service: Service, request: Request) -> Response:
    """The answer to a request; whatever goes wrong becomes a problem, never a stack trace."""
    started = time.perf_counter()
    invocation = begin(service.name, request.headers)
    outcome: Reply | Stream
    try:
        outcome = _answer(service, request)
    except Exception as error:  # noqa: BLE001 - the last resort: logged whole, told in one line
        outcome = render_problem(problem_of(error), invocation.request_id)
    response = respond_stream(outcome) if isinstance(outcome, Stream) else respond(outcome)
    response.headers["X-Request-Id"] = invocation.request_id
    seconds = time.perf_counter() - started
    log_request(request.method, request.path, response.status_code, seconds)
    service.measures.add(invocation.operation, response.status_code, seconds)
    if response.status_code == TOO_LARGE:
        _discard_body(request)
    return response


def _discard_body(request: Request) -> None:
    """Leaves no body to the framework, which reads what is left whole before it answers."""
    from io import BytesIO

    request.stream = BytesIO()


def _answer(service: Service, request: Request) -> Reply | Stream:
    """The answer; what is served is noted as the invocation's operation."""
    match request.method, request.path:
        case "GET" | "HEAD", "/healthz":
            current().operation = "health"
            return health.alive(service.name)
        case "GET" | "HEAD", "/readyz":
            current().operation = "ready"
            return health.ready(service.name)
        case "POST", "/events":
            return consuming.consume(service, request)
        case "POST", "/dead-letters":
            return consuming.bury_pushed(service, request)
    route, texts = service.router.match(request.method, request.path)
    current().operation = route.name
    _limit_body(request, route)
    return _Run(service, route, request, texts).answer()


def _limit_body(request: Request, route: Route) -> None:
    """Raises 413. A chunked body is read to know; werkzeug cuts it off at its own limit."""
    request.max_content_length = route.limit + 1
    request.max_form_memory_size = route.limit
    length = request.content_length
    if length is None:
        length = len(request.get_data(cache=True))
    if length > route.limit:
        raise Problem("payload-too-large", f"At most {route.limit:,} bytes are accepted here.")


class _Run:
    """One request on one route."""

    def __init__(
        self, service: Service, route: Route, request: Request, texts: dict[str, str]
    ) -> None:
        self.route = route
        self.request = request
        self.texts = texts
        self.caller = _authenticate(service, route, request)
        self.tenant = self.caller.tenant if self.caller else DIRECTORY

    def answer(self) -> Reply | Stream:
        key = self.request.headers.get("Idempotency-Key")
        if not (self.route.idempotent and key):
            return self._attempts(None)
        store = Store(self.tenant)
        lease = acquire(store, self._identity(), key, _payload(self.request))
        if isinstance(lease, Reply):
            return lease
        try:
            return self._attempts(lease)
        except Exception:
            lease.release(store)
            raise

    def _identity(self) -> str:
        """Whose key it is, and for which resource: the path itself, not its template."""
        subject = self.caller.subject if self.caller else None
        return json.dumps([subject, self.request.method, self.request.path])

    def _attempts(self, lease: Lease | None) -> Reply | Stream:
        """Runs the handler until its commit meets nobody else's."""
        for attempt in range(ATTEMPTS):
            try:
                return self._attempt(lease, again=attempt > 0)
            except Contention:
                if lease:
                    lease.check_held(Store(self.tenant))
                time.sleep(0.02 * 2**attempt * random.random())  # noqa: S311 - jitter
        raise Problem("conflict", "Too many changes at once; try again.")

    def _attempt(self, lease: Lease | None, *, again: bool) -> Reply | Stream:
        seed = lease.seed if lease else None
        work = Work(self.tenant, seed, self.request.headers.get("If-Match"), again=again)
        given = {
            Caller: self.caller,
            Store: work.store,
            Work: work,
            Files: Files(self.tenant),
            Wants: Wants.of(self.request.headers),
        }
        arguments = bind(self.route.handler, given, self.texts, reader(self.request))
        result = self.route.handler(**arguments)
        outcome = result if isinstance(result, Stream) else render(result, self.route.status)
        if lease:
            lease.complete(work, _stored(outcome), keep_body=not self.route.secret)
        work.commit()
        return outcome


def _stored(outcome: Reply | Stream) -> Reply:
    """What a repeated request gets: the same answer, or the place to read the stream again."""
    if isinstance(outcome, Reply):
        return outcome
    return Reply(status=303, headers={"Location": outcome.location})


def _authenticate(service: Service, route: Route, request: Request) -> Caller | None:
    if route.scope is None:
        return None
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind != "Bearer" or not token:
        raise Problem(
            "unauthenticated",
            "Send an API key (X-Api-Key) or an access token (Authorization: Bearer).",
            headers={"WWW-Authenticate": "Bearer"},
        )
    caller = service.verifier.verify(token)
    current().token = token
    current().tenant = caller.tenant
    caller.require(route.scope)
    return caller


def _payload(request: Request) -> bytes:
    """What makes two requests the same; a multipart body is compared without its boundary."""
    if request.mimetype != "multipart/form-data":
        return request.get_data(cache=True)
    fields = form_fields(request)
    content = fields.pop("content", b"")
    digest = hashlib.sha256(content if isinstance(content, bytes) else b"").hexdigest()
    return json.dumps([fields, digest], sort_keys=True).encode()
