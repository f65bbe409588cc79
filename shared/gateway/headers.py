"""Which headers pass the gateway, in both directions, and which it sets itself."""

from __future__ import annotations

import secrets

from shared.gateway.bodies import Body
from shared.gateway.inbound import Inbound
from shared.gateway.outbound import Headers, Outbound

# RFC 9110 §7.6.1: these belong to one connection.
HOP_BY_HOP = {
    *(b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization"),
    *(b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"),
}
# A service trusts what the gateway says in these, so a client must not be able to.
NOT_FROM_CLIENTS = HOP_BY_HOP | {
    *(b"authorization", b"x-api-key", b"x-serverless-authorization", b"x-visitor-id", b"cookie"),
    *(b"x-forwarded-authorization", b"host", b"content-length", b"expect"),
    b"function-execution-id",
    *(b"x-request-id", b"traceparent", b"x-deadline-ms", b"x-client-ip", b"x-real-ip"),
    *(b"forwarded", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host"),
}
NOT_FROM_SERVICES = HOP_BY_HOP | {b"server", b"date", b"x-request-id"}
CORS = b"access-control-"
REPLAYABLE = {"GET", "HEAD", "PUT", "DELETE", "POST"}

ALLOWED_REQUEST_HEADERS = ", ".join(
    [
        *("Authorization", "Content-Type", "X-Api-Key", "X-Visitor-Id", "X-Request-Id"),
        *("X-Deadline-Ms", "Idempotency-Key", "If-Match", "If-None-Match", "Last-Event-ID"),
        *("Accept", "traceparent"),
    ]
)
EXPOSED_HEADERS = ", ".join(
    [
        *("X-Request-Id", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"),
        *("Retry-After", "ETag", "Location", "Content-Disposition", "Server-Timing"),
    ]
)


def upstream(inbound: Inbound, body: Body, token: str | None) -> Outbound:
    """The request for the service: the client's headers without those it may not set.

    A POST without an Idempotency-Key gets one, so that it can be sent again when a service dies
    under it; each request from outside gets its own.
    """
    headers = _passing(inbound.raw_headers, NOT_FROM_CLIENTS)
    headers += [
        (b"x-request-id", inbound.request_id.encode()),
        (b"traceparent", inbound.traceparent.encode()),
        (b"x-client-ip", inbound.client_ip.encode("latin-1")),
        (b"x-forwarded-for", inbound.client_ip.encode("latin-1")),
        (b"x-forwarded-proto", inbound.scheme.encode()),
        (b"x-forwarded-host", inbound.headers.get(b"host", b"")),
    ]
    if token is not None:
        headers.append((b"authorization", b"Bearer " + token.encode()))
    if inbound.method == "POST" and b"idempotency-key" not in inbound.headers:
        headers.append((b"idempotency-key", b"gateway-" + secrets.token_hex(16).encode()))
    return Outbound(
        # A service answers GET; its body is dropped here for HEAD.
        method="GET" if inbound.method == "HEAD" else inbound.method,
        target=inbound.target,
        headers=headers,
        body=body,
        replayable=body.rest is None and inbound.method in REPLAYABLE,
    )


def downstream(status: int, headers: Headers) -> Headers:
    """A service's headers as the client may see them."""
    passing = _passing(headers, NOT_FROM_SERVICES)
    return [
        (name, value)
        for name, value in passing
        if not name.startswith(CORS) and (name != b"content-length" or status not in (204, 304))
    ]


def stamped(inbound: Inbound) -> Headers:
    """What the gateway adds to every answer."""
    fields = {
        "X-Request-Id": inbound.request_id,
        "Server-Timing": inbound.timing(),
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": EXPOSED_HEADERS,
    }
    return encoded(fields | (inbound.allowance.headers() if inbound.allowance else {}))


def preflight(methods: list[str]) -> Headers:
    """The answer to OPTIONS, for browsers and for people; no credentials are needed for it."""
    return encoded(
        {
            "Allow": ", ".join(methods),
            "Access-Control-Allow-Methods": ", ".join(methods),
            "Access-Control-Allow-Headers": ALLOWED_REQUEST_HEADERS,
            "Access-Control-Max-Age": "7200",
        }
    )


def encoded(fields: dict[str, str]) -> Headers:
    """Header fields as they go on the wire."""
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in fields.items()]


def _passing(headers: Headers, dropped: set[bytes]) -> Headers:
    named = {
        token.strip().lower()
        for name, value in headers
        if name == b"connection"
        for token in value.split(b",")
    }
    return [(name, value) for name, value in headers if name not in dropped and name not in named]
