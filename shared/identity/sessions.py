"""Login sessions: refresh tokens that rotate, and give a thief away (RFC 9700 §4.14.2).

Each refresh token is good for one rotation. Two tabs that refresh at once, or an answer lost on the
way, must not log anybody out, so the token just replaced is answered for ten more seconds with the
very successor it already has. Only digests are kept, hence that successor is derived again:

    token = nonce ‖ HMAC(session secret, "proof" ‖ nonce)           16 + 16 bytes
    nonce of the next token = HMAC(session secret, "next" ‖ token)

Who reads the store lacks the token, who has a token lacks the session's secret: neither can work
out the next one. The second half proves that a token was once issued for this session, so that a
made-up one cannot revoke it.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.contracts.base import new_id
from shared.contracts.identity import LoginSession
from shared.identity.credentials import Credential, Parsed, make

REPLAY_WINDOW = timedelta(seconds=10)
IDLE_LIMIT = timedelta(days=7)
LIFETIME = timedelta(days=30)  # NIST SP 800-63B §4.1.3
SECRET_BYTES = 32
HALF = 16


@dataclass(frozen=True, slots=True)
class Rotated:
    """The session moved on: store `session`, answer with `token`. A new login is its first step."""

    session: LoginSession
    token: Credential


@dataclass(frozen=True, slots=True)
class Replayed:
    """The token replaced a moment ago: answer with `token`, its successor; nothing to store."""

    token: Credential


@dataclass(frozen=True, slots=True)
class Stolen:
    """A token used up before: two parties hold this family. Store the revoked `session`."""

    session: LoginSession


@dataclass(frozen=True, slots=True)
class Expired:
    """The session was idle for 7 days, or is 30 days old."""


@dataclass(frozen=True, slots=True)
class Revoked:
    """The session has ended by logout or by theft."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The token was never issued for this session."""


Rotation = Rotated | Replayed | Stolen | Expired | Revoked | Unknown


def start(tenant_id: str, user_id: str, now: datetime) -> Rotated:
    """A new session of a user and its first refresh token."""
    session_id, secret = new_id("ses", now), secrets.token_bytes(SECRET_BYTES)
    token = make("refresh", tenant_id, session_id, _derive(secret, secrets.token_bytes(HALF)))
    session = LoginSession(
        id=session_id,
        user_id=user_id,
        secret=secret.hex(),
        digest=token.digest,
        rotated_at=now,
        created_at=now,
        expires_at=now + IDLE_LIMIT,
    )
    return Rotated(session, token)


def rotate(session: LoginSession, presented: Parsed, now: datetime) -> Rotation:
    """What presenting a refresh token does to its session, to be applied in one transaction."""
    if not _issued(session, presented):
        return Unknown()
    if session.revoked_at is not None:
        return Revoked()
    if now >= session.expires_at:
        return Expired()
    if presented.matches(session.digest):
        return _advance(session, presented, now)
    fresh = now - session.rotated_at <= REPLAY_WINDOW
    if fresh and session.previous_digest and presented.matches(session.previous_digest):
        return Replayed(_successor(session, presented))
    return Stolen(revoke(session, now))


def revoke(session: LoginSession, now: datetime) -> LoginSession:
    """The session ended at `now`, or when it ended before."""
    return session.model_copy(update={"revoked_at": session.revoked_at or now})


def _advance(session: LoginSession, presented: Parsed, now: datetime) -> Rotated:
    token = _successor(session, presented)
    changes = {
        "counter": session.counter + 1,
        "digest": token.digest,
        "previous_digest": session.digest,
        "rotated_at": now,
        "expires_at": min(now + IDLE_LIMIT, session.created_at + LIFETIME),
    }
    return Rotated(session.model_copy(update=changes), token)


def _successor(session: LoginSession, presented: Parsed) -> Credential:
    token = _derive(bytes.fromhex(session.secret), presented.secret)
    return make("refresh", presented.tenant_id, session.id, token)


def _issued(session: LoginSession, presented: Parsed) -> bool:
    nonce, proof = presented.secret[:HALF], presented.secret[HALF:]
    genuine = hmac.compare_digest(proof, _proof(bytes.fromhex(session.secret), nonce))
    return genuine and presented.record_id == session.id


def _derive(secret: bytes, seed: bytes) -> bytes:
    nonce = hmac.digest(secret, b"next" + seed, "sha256")[:HALF]
    return nonce + _proof(secret, nonce)


def _proof(secret: bytes, nonce: bytes) -> bytes:
    return hmac.digest(secret, b"proof" + nonce, "sha256")[:HALF]
