"""Only the bus may push: Google's OIDC token in the cloud (PUBSUB_PUSH_AUDIENCE and
PUBSUB_PUSH_ACCOUNT), the verification token of the push endpoint in the local stack.
"""

from __future__ import annotations

import hmac
import os
from typing import TYPE_CHECKING

from shared.runtime.problems import Problem
from shared.runtime.signing_keys import InvalidToken, SigningKeys

if TYPE_CHECKING:
    from flask import Request

GOOGLE_ISSUER = "https://accounts.google.com"
GOOGLE_KEYS = "https://www.googleapis.com/oauth2/v3/certs"


def authenticate(request: Request) -> None:
    """Raises 401 unless Pub/Sub sent the request."""
    if audience := os.environ.get("PUBSUB_PUSH_AUDIENCE"):
        _check_oidc(request.headers.get("Authorization", ""), audience)
        return
    expected = os.environ.get("PUBSUB_VERIFICATION_TOKEN", "")
    given = request.args.get("token", "")
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise Problem("unauthenticated", "Only the bus may push events here.")


def _check_oidc(authorization: str, audience: str) -> None:
    """cloud.google.com/pubsub/docs/authenticate-push-subscriptions."""
    token = authorization.removeprefix("Bearer ")
    try:
        claims = google_keys.claims(token, issuer=GOOGLE_ISSUER, audience=audience)
    except InvalidToken as wrong:
        raise Problem("unauthenticated", "The push token is not valid.") from wrong
    if claims.get("email") != os.environ["PUBSUB_PUSH_ACCOUNT"] or not claims.get("email_verified"):
        raise Problem("unauthenticated", "The push comes from another account.")


def _fetch_google_keys() -> str:
    from urllib3 import request
    from urllib3.exceptions import HTTPError

    try:
        response = request("GET", GOOGLE_KEYS, timeout=5.0, retries=2)
    except HTTPError as error:
        raise Problem("unavailable", "Google's signing keys cannot be had.") from error
    return response.data.decode()


google_keys = SigningKeys(_fetch_google_keys, "RS256")
