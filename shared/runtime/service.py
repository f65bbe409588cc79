"""Service: what a function's main.py declares its routes and events on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from shared.contracts.base import Event, Listing
from shared.contracts.identity import Scope
from shared.runtime import dead_letters, handling
from shared.runtime.caller import TokenVerifier
from shared.runtime.calls import fetch
from shared.runtime.dead_letters import DeadLetter, DeadLetterQuery, Replay, Replayed
from shared.runtime.measure import Measures
from shared.runtime.routing import DEFAULT_LIMIT, Route, Router
from shared.runtime.store import Store

if TYPE_CHECKING:
    from flask import Request, Response

Handler = TypeVar("Handler", bound=Callable[..., Any])
JWKS_PATH = "/.well-known/jwks.json"


@dataclass
class Subscription:
    """An event this service listens to, its handler, and what to do when all attempts failed."""

    event: type[Event]
    handler: Callable[..., Any]
    gave_up: Callable[..., Any] | None = None


class Service:
    """One service: routes, subscriptions, and `entry_point`, which the Functions Framework serves.

    `keys` returns the JWKS that internal tokens are verified against; by default it is fetched
    from Authentication.
    """

    def __init__(self, name: str, *, keys: Callable[[], str] | None = None) -> None:
        self.name = name
        self.router = Router()
        self.subscriptions: dict[str, Subscription] = {}
        self.measures = Measures(name)
        self.verifier = TokenVerifier(name, keys or (lambda: fetch("authentication", JWKS_PATH)))

    def route(  # noqa: PLR0913 - these are a route's properties, all named at the call
        self,
        method: str,
        path: str,
        *,
        status: int = 200,
        scope: Scope | None = None,
        anonymous: bool = False,
        idempotent: bool = False,
        secret: bool = False,
        exposed: bool = True,
        limit: int = DEFAULT_LIMIT,
    ) -> Callable[[Handler], Handler]:
        """Serves `method path` with the decorated handler.

        scope: what the caller must hold; `read` for GET and `write` otherwise unless given.
        anonymous: no credentials at all. idempotent: obeys Idempotency-Key. secret: the answer
        holds a secret and is not stored for replay. exposed: reachable through the gateway.
        limit: the longest body, bytes.
        """
        needed: Scope = scope or ("read" if method == "GET" else "write")

        def register(handler: Handler) -> Handler:
            self.router.add(
                Route(
                    method=method,
                    path=path,
                    handler=handler,
                    status=status,
                    scope=None if anonymous else needed,
                    idempotent=idempotent,
                    secret=secret,
                    exposed=exposed,
                    limit=limit,
                )
            )
            return handler

        return register

    def get(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        return self.route("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        return self.route("POST", path, **options)

    def put(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        return self.route("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        return self.route("DELETE", path, **{"status": 204, **options})

    def on(self, event: type[Event]) -> Callable[[Handler], Handler]:
        """Handles each event of a type once. The handler may ask for the event, Work, Files."""
        if not self.subscriptions:
            self._serve_dead_letters()

        def register(handler: Handler) -> Handler:
            self.subscriptions[event.type] = Subscription(event, handler)
            return handler

        return register

    def gave_up(self, event: type[Event]) -> Callable[[Handler], Handler]:
        """Runs when an event went to the dead letters; the handler may also ask for DeadLetter."""

        def register(handler: Handler) -> Handler:
            self.subscriptions[event.type].gave_up = handler
            return handler

        return register

    @property
    def entry_point(self) -> Callable[[Request], Response]:
        """The function to deploy: all routes and events of the service."""

        def handle(request: Request) -> Response:
            """Routes, events, dead letters and health of this service."""
            return handling.handle(self, request)

        return handle

    def _serve_dead_letters(self) -> None:
        base = f"/v1/operations/{self.name}/dead-letters"

        @self.get(base, scope="admin")
        def list_dead_letters(query: DeadLetterQuery, store: Store) -> Listing[DeadLetter]:
            """Events this service gave up on, newest first."""
            return dead_letters.listed(self.name, store, query)

        @self.post(f"{base}/replay", scope="admin")
        def replay_dead_letters(replay: Replay, store: Store) -> Replayed:
            """Delivers dead letters again, to this service alone."""
            return dead_letters.replay(self.name, store, replay)
