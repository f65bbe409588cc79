"""Google ID tokens, which private functions ask of whoever calls them."""

from __future__ import annotations

import base64
import binascii
import json
import time
from urllib.parse import quote

from shared.gateway.outbound import Headers, Origin, Outbound
from shared.gateway.pool import Pool
from shared.gateway.refusals import Refusal

METADATA_HOST = "metadata.google.internal"
IDENTITY_PATH = "/computeMetadata/v1/instance/service-accounts/default/identity?audience="
EARLY_SECONDS = 120


class ServiceIdentity:
    """ID tokens of the service account this runs as, kept until shortly before they expire.

    They come from the metadata server (docs.cloud.google.com/run/docs/securing/service-identity):
    one GET, for which google-auth would load some 20 MB.
    """

    def __init__(self, pool: Pool, metadata_host: str = METADATA_HOST) -> None:
        host, _, port = metadata_host.partition(":")
        self._metadata = Origin("http", host, int(port or 80))
        self._pool = pool
        self._tokens: dict[Origin, tuple[float, bytes]] = {}

    async def headers(self, origin: Origin) -> Headers:
        """The header that lets us in at an address; raises `bad-gateway`."""
        expires, token = self._tokens.get(origin, (0.0, b""))
        if expires - EARLY_SECONDS < time.time():
            token = await self._fetch(origin.url)
            self._tokens[origin] = (_expiry(token), token)
        return [(b"x-serverless-authorization", b"Bearer " + token)]

    async def _fetch(self, audience: str) -> bytes:
        target = IDENTITY_PATH + quote(audience, safe="")
        request = Outbound("GET", target.encode(), [(b"metadata-flavor", b"Google")])
        try:
            response = await self._pool.send(self._metadata, request, [])
            token = await response.buffered()
        except ConnectionError as gone:
            raise Refusal("bad-gateway", "The gateway cannot prove its identity") from gone
        if response.status != 200:
            raise Refusal("bad-gateway", "The gateway has no identity of its own")
        return token.strip()


def _expiry(token: bytes) -> float:
    """The `exp` claim, Unix seconds; the service it is for verifies the rest."""
    try:
        claims = token.split(b".")[1]
        return float(json.loads(base64.urlsafe_b64decode(claims + b"=="))["exp"])
    except (IndexError, KeyError, ValueError, binascii.Error) as wrong:
        raise Refusal("bad-gateway", "The gateway's identity token cannot be read") from wrong
