"""The public keys of whoever signs tokens: fetched when first needed, kept, seen to rotate."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from shared.runtime.problems import Problem
from shared.runtime.telemetry import log

KEEP_SECONDS = 300.0
UNKNOWN_KEY_PAUSE = 2.0
LEEWAY_SECONDS = 5


class InvalidToken(Exception):
    """Not a token of this issuer for this audience at this time."""


class SigningKeys:
    """Checks JWTs of one algorithm against a JWKS that `fetch` returns as JSON text.

    Keys are kept five minutes; a token they do not fit makes them fetched again, so that a
    rotation is seen at once, and not more often than every two seconds.
    """

    def __init__(self, fetch: Callable[[], str], algorithm: str) -> None:
        self._fetch = fetch
        self._algorithm = algorithm
        self._lock = threading.Lock()
        self._keys: Any = None
        self._fetched = 0.0

    def claims(self, token: str, *, issuer: str, audience: str) -> dict[str, Any]:
        """The claims of a valid token. Raises InvalidToken; 503 if no keys can be had."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
        )
        try:
            claims: dict[str, Any] = self._decode(token).claims
            registry.validate(claims)
        except (JoseError, ValueError, TypeError) as wrong:
            raise InvalidToken(str(wrong)) from wrong
        return claims

    def _decode(self, token: str) -> Any:
        from joserfc import jwt
        from joserfc.errors import BadSignatureError, InvalidKeyIdError

        known = self._key_set(KEEP_SECONDS)
        try:
            return jwt.decode(token, known, algorithms=[self._algorithm])
        except (BadSignatureError, InvalidKeyIdError, ValueError):
            newest = self._key_set(UNKNOWN_KEY_PAUSE)
            if newest is known:
                raise
            return jwt.decode(token, newest, algorithms=[self._algorithm])

    def _key_set(self, oldest: float) -> Any:
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        with self._lock:
            if self._keys is None or time.monotonic() - self._fetched > oldest:
                try:
                    self._keys = KeySet.import_key_set(json.loads(self._fetch()))
                except (Problem, JoseError, ValueError, KeyError, TypeError) as error:
                    if self._keys is None:
                        raise Problem("unavailable", "The signing keys cannot be had.") from error
                    log("WARNING", "kept the known signing keys", reason=str(error))
                self._fetched = time.monotonic()
            return self._keys
