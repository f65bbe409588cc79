"""A request as it goes to a service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from shared.gateway.bodies import Body

Headers = list[tuple[bytes, bytes]]
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
BODY_METHODS = {"POST", "PUT", "PATCH"}


class Origin(NamedTuple):
    """Where a service listens."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, url: str) -> Origin:
        """The origin of a base URL; raises ValueError for plain http beyond this machine."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not a service's URL: {url}")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise ValueError(f"only https leaves this machine: {url}")
        return cls(parts.scheme, parts.hostname, parts.port or (443, 80)[parts.scheme == "http"])

    @property
    def authority(self) -> str:
        """The Host header: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = 443 if self.scheme == "https" else 80
        return host if self.port == default else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The base URL, which is also the audience of a Google ID token for it."""
        return f"{self.scheme}://{self.authority}"


@dataclass(slots=True)
class Outbound:
    """A request to any address of a service; `replayable` if it may be sent more than once."""

    method: str
    target: bytes
    headers: Headers
    body: Body = field(default_factory=Body)
    replayable: bool = False

    def head(self, origin: Origin, extra: Headers) -> bytes:
        """Request line and headers for one address, as HTTP/1.1 writes them."""
        lines = [b"%b %b HTTP/1.1" % (self.method.encode(), self.target)]
        fields = [(b"host", origin.authority.encode()), *self.headers, *extra, *self._framing()]
        lines += [b"%b: %b" % field for field in fields]
        return b"\r\n".join([*lines, b"", b""])

    def _framing(self) -> Headers:
        if self.body.rest is None:
            if not self.body.held and self.method not in BODY_METHODS:
                return []
            return [(b"content-length", str(len(self.body.held)).encode())]
        if self.body.length is None:
            return [(b"transfer-encoding", b"chunked")]
        return [(b"content-length", str(self.body.length).encode())]
