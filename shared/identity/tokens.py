"""The two kinds of JWT: access tokens for the world, internal tokens for services.

Both are ES256 (RFC 7518 §3.4) under one key set, and neither passes for the other (RFC 8725 §3.11,
§3.12): issuer, audience and `typ` all differ.

Rotation of the keys takes three steps, each after the verifiers' caches of the one before have run
out: append the next key, move it to the front, drop the previous one.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.identity import INTERNAL_ISSUER, CallerKind, Scope

if TYPE_CHECKING:
    from joserfc.jwk import KeySet
    from joserfc.jwt import JWTClaimsRegistry

ALGORITHM = "ES256"
ACCESS_AUDIENCE = "frontdesk-api"
LEEWAY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class TokenKind:
    """What tells one kind of token from another: `typ` header, issuer, lifetime in seconds."""

    typ: str
    issuer: str
    seconds: int


ACCESS = TokenKind("at+jwt", "frontdesk-authentication", 900)  # `typ` of RFC 9068
INTERNAL = TokenKind("internal+jwt", INTERNAL_ISSUER, 60)
JWKS_HEADERS = {"Content-Type": "application/json", "Cache-Control": "public, max-age=300"}


class InvalidToken(Exception):
    """The token is not one of ours, is meant for another door, or was changed."""


class ExpiredToken(Exception):
    """The token was good, and its time is over."""


class Principal(BaseModel):
    """Whom a token speaks for. `session` is the login session of a user's access token."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    tenant: str
    subject: str = Field(alias="sub")
    kind: CallerKind
    scopes: tuple[Scope, ...]
    session: str | None = Field(default=None, alias="sid")


def new_key() -> dict[str, Any]:
    """A new private signing key as a JWK, its `kid` the key's thumbprint (RFC 7638)."""
    from joserfc.jwk import ECKey

    key = ECKey.generate_key("P-256", {"alg": ALGORITHM, "use": "sig"}, auto_kid=True)
    return dict(key.as_dict(private=True))


def load_keys(private_jwks: str) -> KeySet:
    """The key set in the JSON of a JWKS (RFC 7517 §5): its first key signs, all of them verify.

    Raises ValueError, without quoting the text, unless all are P-256 keys with ids of their own
    and the first is private.
    """
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, KeySet

    try:
        keys = KeySet.import_key_set(json.loads(private_jwks))
    except (JoseError, ValueError, KeyError, TypeError):
        raise ValueError("the signing keys are not a JWKS") from None
    if not all(isinstance(key, ECKey) and key.curve_name == "P-256" for key in keys):
        raise ValueError("a signing key is not on the curve P-256")
    if len({key.kid for key in keys}) < len(keys.keys):
        raise ValueError("two signing keys have the same id")
    if not keys.keys[0].is_private:
        raise ValueError("the first signing key is not private")
    return keys


def public_jwks(keys: KeySet) -> dict[str, Any]:
    """The set to publish at `/.well-known/jwks.json`: public parts alone."""
    return dict(keys.as_dict(private=False, use="sig", alg=ALGORITHM))


def sign_access(keys: KeySet, principal: Principal, now: datetime) -> str:
    """An access token of 15 minutes for the public API.

    Raises ValueError for the kind `system`, which nobody outside can be.
    """
    if principal.kind == "system":
        raise ValueError("an access token cannot be of the kind 'system'")
    return _sign(keys, ACCESS, ACCESS_AUDIENCE, principal, now)


def sign_internal(
    keys: KeySet, principal: Principal, audience: Sequence[str], now: datetime
) -> str:
    """A token of 60 seconds that the services named in `audience` accept."""
    return _sign(keys, INTERNAL, list(audience), principal, now)


def read_access(keys: KeySet, text: str, now: datetime) -> Principal:
    """Whom a valid access token speaks for. Raises ExpiredToken or InvalidToken."""
    from joserfc import jwt
    from joserfc.errors import ExpiredTokenError, JoseError

    try:
        token = jwt.decode(text, keys, algorithms=[ALGORITHM])
        _access_rules(now).validate(token.claims)
        principal = Principal.model_validate(token.claims)
    except ExpiredTokenError:
        raise ExpiredToken from None
    except (JoseError, ValueError, TypeError) as wrong:
        raise InvalidToken from wrong
    if token.header.get("typ") != ACCESS.typ or "kid" not in token.header:
        raise InvalidToken
    return principal


def _access_rules(now: datetime) -> JWTClaimsRegistry:
    from joserfc.jwt import JWTClaimsRegistry

    return JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": ACCESS.issuer},
        aud={"essential": True, "value": ACCESS_AUDIENCE},
        kind={"essential": True, "values": ["user", "api_key", "visitor"]},
        exp={"essential": True},
        iat={"essential": True},
    )


def _sign(
    keys: KeySet, kind: TokenKind, audience: str | list[str], principal: Principal, now: datetime
) -> str:
    from joserfc import jwt

    issued = int(now.timestamp())
    claims = {
        "iss": kind.issuer,
        "aud": audience,
        **principal.model_dump(mode="json", by_alias=True, exclude_none=True),
        "iat": issued,
        "exp": issued + kind.seconds,
        "jti": secrets.token_urlsafe(12),
    }
    key = keys.keys[0]
    header = {"alg": ALGORITHM, "typ": kind.typ, "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=[ALGORITHM])
