"""Who is calling: the gateway's internal token, verified by every service for itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.contracts.identity import INTERNAL_ISSUER, CallerKind, Scope
from shared.runtime.problems import Problem
from shared.runtime.signing_keys import InvalidToken, SigningKeys
from shared.runtime.store import DIRECTORY, TENANT


class Caller(BaseModel):
    """The authenticated party of a request; all it can reach belongs to `tenant`."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    tenant: str
    subject: Annotated[str, Field(alias="sub", min_length=1)]
    kind: CallerKind
    scopes: frozenset[Scope] = frozenset()
    session: Annotated[str | None, Field(alias="sid")] = None

    def require(self, scope: Scope) -> None:
        """Raises 403 unless the caller holds `scope`."""
        if scope not in self.scopes:
            raise Problem("forbidden", f"This needs the scope {scope!r}.")


class TokenVerifier:
    """Verifies ES256 internal tokens for one audience against the JWKS that `fetch` returns."""

    def __init__(self, audience: str, fetch: Callable[[], str]) -> None:
        self._audience = audience
        self._keys = SigningKeys(fetch, "ES256")

    def verify(self, token: str) -> Caller:
        """The caller that a valid token names. Raises 401 otherwise.

        No caller is of the directory, where every tenant's accounts are.
        """
        try:
            claims = self._keys.claims(token, issuer=INTERNAL_ISSUER, audience=self._audience)
            caller = Caller.model_validate(claims)
        except (InvalidToken, ValidationError) as wrong:
            raise Problem("unauthenticated", "The internal token is not valid.") from wrong
        if caller.tenant == DIRECTORY or not TENANT.fullmatch(caller.tenant):
            raise Problem("unauthenticated", "The internal token names no tenant.")
        return caller
