"""A request as it comes in: who sends it, by which ids it is followed, how long it may take."""

from __future__ import annotations

import math
import re
import secrets
import time
from dataclasses import dataclass
from typing import Any

from shared.gateway.limits import Allowance
from shared.gateway.refusals import Refusal

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
TRACEPARENT = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
# Printable ASCII; the prefix is kept for visitors that are told apart by their address.
VISITOR_ID = re.compile(rb"(?!ip:)[!-~]{8,200}")
DEFAULT_DEADLINE = 30.0
MAX_CREDENTIAL = 4096
VISITOR_KEY = "fd_pk_"


@dataclass(slots=True)
class Inbound:
    """One request, and what the gateway finds out about it on the way (the lower half).

    `target` is path and query as sent, `path` is decoded. Times are `time.monotonic()` seconds:
    `sent` to the service, which `answered`.
    """

    method: str
    path: str
    target: bytes
    headers: dict[bytes, bytes]
    raw_headers: list[tuple[bytes, bytes]]
    client_ip: str
    scheme: str
    request_id: str
    traceparent: str
    started: float
    deadline: float
    service: str | None = None
    tenant: str | None = None
    allowance: Allowance | None = None
    sent: float | None = None
    answered: float | None = None

    @classmethod
    def of(cls, scope: Any, trusted_proxies: int) -> Inbound:
        """The request of an ASGI scope; the last `trusted_proxies` hops may name the client."""
        headers = dict(scope["headers"])
        query = scope["query_string"]
        started = time.monotonic()
        return cls(
            method=scope["method"],
            path=scope["path"],
            target=scope["raw_path"] + (b"?" + query if query else b""),
            headers=headers,
            raw_headers=scope["headers"],
            client_ip=_client_ip(scope, headers, trusted_proxies),
            scheme=_scheme(scope, headers, trusted_proxies),
            request_id=_matching(REQUEST_ID, headers, b"x-request-id") or secrets.token_hex(16),
            traceparent=_matching(TRACEPARENT, headers, b"traceparent") or _new_traceparent(),
            started=started,
            deadline=started + DEFAULT_DEADLINE,
        )

    def limit_time(self, longest: float) -> None:
        """Sets the deadline: what the client asks for, else 30 s, and never over `longest`."""
        text = self.headers.get(b"x-deadline-ms", b"")
        asked = int(text) / 1000 if text.isdigit() and len(text) < 10 else DEFAULT_DEADLINE
        self.deadline = self.started + min(max(asked, 0.001), longest)

    def credential(self) -> str:
        """The API key, visitor key or access token; raises `unauthenticated` when there is none.

        Google's API Gateway puts its own token in Authorization and the client's aside.
        """
        text = self.headers.get(b"x-api-key", b"").decode("latin-1").strip()
        if not text:
            aside = self.headers.get(b"x-forwarded-authorization")
            value = aside or self.headers.get(b"authorization", b"")
            scheme, _, token = value.decode("latin-1").partition(" ")
            text = token.strip() if scheme.lower() == "bearer" else ""
        if not text or len(text) > MAX_CREDENTIAL:
            raise Refusal("unauthenticated", "Send X-Api-Key: KEY or Authorization: Bearer TOKEN")
        return text

    def visitor(self) -> str:
        """What tells the visitors of one key apart: X-Visitor-Id, else the client's address."""
        text = self.headers.get(b"x-visitor-id")
        if text is None:
            return f"ip:{self.client_ip}"
        if not VISITOR_ID.fullmatch(text):
            raise Refusal("invalid-request", "X-Visitor-Id takes 8 to 200 printable characters")
        return text.decode("ascii")

    def timing(self) -> str:
        """Where the time went so far, as a Server-Timing header (ms)."""
        now = time.monotonic()
        upstream = (self.answered or now) - self.sent if self.sent else 0.0
        own = now - self.started - upstream
        return f"gateway;dur={own * 1000:.2f}, upstream;dur={upstream * 1000:.2f}"

    def spend(self, allowance: Allowance) -> None:
        """Keeps the tightest of the limits it counted against; raises `rate-limited` when over."""
        if self.allowance is None or allowance.remaining < self.allowance.remaining:
            self.allowance = allowance
        if allowance.wait:
            self.allowance = allowance
            raise Refusal("rate-limited", headers={"Retry-After": str(math.ceil(allowance.wait))})


def _matching(pattern: re.Pattern[bytes], headers: dict[bytes, bytes], name: bytes) -> str | None:
    text = headers.get(name, b"")
    return text.decode("ascii") if pattern.fullmatch(text) else None


def _new_traceparent() -> str:
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def _client_ip(scope: Any, headers: dict[bytes, bytes], trusted_proxies: int) -> str:
    hops = headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
    if trusted_proxies and len(hops) >= trusted_proxies and hops[-trusted_proxies].strip():
        return hops[-trusted_proxies].strip()
    return str(scope["client"][0]) if scope.get("client") else "unknown"


def _scheme(scope: Any, headers: dict[bytes, bytes], trusted_proxies: int) -> str:
    forwarded = headers.get(b"x-forwarded-proto", b"") if trusted_proxies else b""
    return "https" if forwarded == b"https" else str(scope["scheme"])
