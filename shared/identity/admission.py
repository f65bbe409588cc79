"""Who a credential lets in: API keys, visitor keys, access tokens and refresh tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from shared.contracts.identity import ApiKey, Exchanged, LoginSession, Scope
from shared.contracts.problems import Problem
from shared.identity.credentials import Credential, Parsed, parse
from shared.identity.sessions import Expired, Replayed, Rotated, Stolen, rotate
from shared.identity.tokens import (
    INTERNAL,
    ExpiredToken,
    InvalidToken,
    Principal,
    read_access,
    sign_internal,
)

if TYPE_CHECKING:
    from joserfc.jwk import KeySet


def parse_refresh(text: str) -> Parsed:
    """What a refresh token names. Raises 401 for anything else."""
    presented = parse(text)
    if presented is None or presented.kind != "refresh":
        raise Problem("unauthenticated", "This is no refresh token.")
    return presented


def key_holder(
    presented: Parsed, key: ApiKey | None, visitor: str | None, moment: datetime
) -> Principal:
    """Whom a key speaks for: itself, or the visitor of a publishable one. Raises 401."""
    if key is None or key.kind != presented.kind or not presented.matches(key.digest):
        raise Problem("unauthenticated", "This API key does not exist.")
    if key.revoked_at:
        raise Problem("revoked-credentials", "This API key was revoked.")
    if key.expires_at and key.expires_at <= moment:
        raise Problem("expired-credentials", "This API key has expired.")
    scopes = tuple(key.scopes)
    tenant = presented.tenant_id
    if key.kind == "secret":
        return Principal(tenant=tenant, subject=key.id, kind="api_key", scopes=scopes)
    digest = hashlib.sha256(f"{key.id} {visitor or ''}".encode()).hexdigest()[:32]
    subject = f"visitor:{digest}"
    return Principal(tenant=tenant, subject=subject, kind="visitor", scopes=scopes)


def bearer(keys: KeySet, text: str, moment: datetime) -> Principal:
    """Whom an access token names, if its session still lives. Raises 401."""
    try:
        return read_access(keys, text, moment)
    except ExpiredToken as over:
        raise Problem("expired-credentials", "The access token has expired.") from over
    except InvalidToken as wrong:
        raise Problem("unauthenticated", "The credential is not valid.") from wrong


def check_session(session: LoginSession | None) -> None:
    """Raises 401 for a session that has ended, however long its access tokens still run."""
    if session is None or session.revoked_at:
        raise Problem("revoked-credentials", "The session has ended; log in again.")


def refreshed(
    session: LoginSession | None, presented: Parsed, moment: datetime
) -> tuple[LoginSession, Credential | None]:
    """The session to store and the refresh token that follows, None if the session was just
    revoked because its token had been used before. Raises 401.
    """
    match rotate(session, presented, moment) if session else None:
        case Rotated(session=moved, token=token):
            return moved, token
        case Replayed(token=token) if session:
            return session, token
        case Stolen(session=revoked):
            return revoked, None
        case Expired():
            raise Problem("expired-credentials", "The session is over; log in again.")
    raise Problem("unauthenticated", "The session does not exist any more; log in again.")


def exchanged(
    keys: KeySet, principal: Principal, audience: Sequence[str], moment: datetime
) -> Exchanged:
    """The internal token of a principal for the named services."""
    return Exchanged(
        token=sign_internal(keys, principal, audience, moment),
        expires_in=INTERNAL.seconds,
        tenant_id=principal.tenant,
        subject=principal.subject,
        kind=principal.kind,
        scopes=list(principal.scopes),
    )


def check_grant(wanted: Collection[Scope], held: Collection[Scope]) -> None:
    """Raises 403 when somebody gives a key what they do not hold themselves."""
    if beyond := sorted(set(wanted) - set(held)):
        raise Problem("forbidden", f"You do not hold {', '.join(beyond)} yourself.")
