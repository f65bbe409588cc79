"""Requests that the gateway answers itself instead of passing them on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shared.contracts.problems import KINDS, details

NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Refusal(Exception):
    """An error the client will see; `slug` is a kind of `shared.contracts.problems`."""

    def __init__(
        self, slug: str, detail: str | None = None, headers: Mapping[str, str] = NO_HEADERS
    ) -> None:
        super().__init__(detail or slug)
        self.slug = slug
        self.status = KINDS[slug][0]
        self.detail = detail
        self.headers = dict(headers)
        if self.status == 401:
            self.headers["WWW-Authenticate"] = "Bearer"

    def body(self, request_id: str) -> bytes:
        """The problem as JSON (RFC 9457)."""
        problem = details(self.slug, self.detail, request_id=request_id)
        return problem.model_dump_json(exclude_none=True).encode()


class ClientGone(Exception):
    """The client closed its connection; nobody waits for an answer any more."""
