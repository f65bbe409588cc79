"""Errors on the wire: RFC 9457 problem details, one stable `type` slug a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

CONTENT_TYPE = "application/problem+json"

# slug: (status, title). The slug is the contract; titles may be reworded.
KINDS: dict[str, tuple[int, str]] = {
    "invalid-request": (400, "The request cannot be read"),
    "unauthenticated": (401, "Credentials are missing or not valid"),
    "expired-credentials": (401, "The credentials have expired"),
    "revoked-credentials": (401, "The credentials were revoked"),
    "forbidden": (403, "The credentials do not allow this"),
    "not-found": (404, "There is nothing here"),
    "method-not-allowed": (405, "The resource does not support this method"),
    "conflict": (409, "The resource is not in a state that allows this"),
    "request-in-progress": (409, "A request with this Idempotency-Key is still running"),
    "revision-mismatch": (412, "The resource has changed since it was read"),
    "payload-too-large": (413, "The body is too large"),
    "unsupported-media-type": (415, "The format is not supported"),
    "invalid-body": (422, "The body is not valid"),
    "unreadable-document": (422, "The document cannot be read"),
    "idempotency-key-reused": (422, "This Idempotency-Key was used for another body"),
    "rate-limited": (429, "Too many requests"),
    "internal-error": (500, "Something went wrong on our side"),
    "bad-gateway": (502, "A service gave no usable answer"),
    "unavailable": (503, "The service is not available for the moment"),
    "deadline-exceeded": (504, "The answer took too long"),
}


class FieldError(BaseModel):
    """What is wrong with one field; `field` is its dotted path in the body or query."""

    field: str
    message: str


class ProblemDetails(BaseModel):
    """The body of every error; `type` is `/problems/{slug}`."""

    type: str
    title: str
    status: int
    detail: str | None = None
    request_id: str | None = None
    code: str | None = None
    errors: list[FieldError] | None = None


def details(slug: str, detail: str | None = None, **extra: object) -> ProblemDetails:
    """The problem body of a known slug."""
    status, title = KINDS[slug]
    return ProblemDetails.model_validate(
        {"type": f"/problems/{slug}", "title": title, "status": status, "detail": detail, **extra}
    )


class Problem(Exception):
    """An error answer: a slug of `KINDS` and a sentence on what to do next."""

    def __init__(
        self,
        slug: str,
        detail: str | None = None,
        *,
        code: str | None = None,
        errors: Sequence[FieldError] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or KINDS[slug][1])
        self.slug = slug
        self.status = KINDS[slug][0]
        self.detail = detail
        self.code = code
        self.errors = list(errors) if errors else None
        self.headers = dict(headers or {})

    def body(self, request_id: str | None) -> ProblemDetails:
        extra = {"code": self.code, "errors": self.errors, "request_id": request_id}
        return details(self.slug, self.detail, **extra)
