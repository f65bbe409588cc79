"""Credentials that name their tenant and record: API keys, visitor keys and refresh tokens.

    fd_sk_{tenant}_{record}_{secret}{checksum}

`tenant` and `record` are the ULIDs of the two ids, so that one read finds the record. `secret` is
32 bytes in 43 base62 digits. `checksum` is the CRC-32 of all before it in 6 base62 digits, as in
GitHub's tokens (github.blog, "Behind GitHub's new authentication token formats", 2021): a typing
error is seen without a read, and a scanner for leaked keys has no false alarms.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
import zlib
from dataclasses import dataclass, field
from typing import Literal

CredentialKind = Literal["secret", "visitor", "refresh"]

SECRET_BYTES = 32
SECRET_DIGITS = 43
CHECKSUM_DIGITS = 6
HINT_DIGITS = 4
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
TENANT_PREFIX = "ten_"
MARKS: dict[CredentialKind, str] = {"secret": "sk", "visitor": "pk", "refresh": "rt"}
KINDS: dict[str, CredentialKind] = {mark: kind for kind, mark in MARKS.items()}
RECORD_PREFIXES: dict[CredentialKind, str] = {
    "secret": "key_",
    "visitor": "key_",
    "refresh": "ses_",
}
ULID = "[0-7][0-9A-HJKMNP-TV-Z]{25}"
PATTERN = re.compile(rf"fd_(sk|pk|rt)_({ULID})_({ULID})_([0-9A-Za-z]{{43}})([0-9A-Za-z]{{6}})")


@dataclass(frozen=True, slots=True)
class Credential:
    """A new credential: `text` is shown once, `digest` and `hint` are kept.

    `digest` is SHA-256 of the secret bytes, hex. `hint` is the last four characters; they belong
    to the checksum, so they say almost nothing about the secret.
    """

    text: str = field(repr=False)
    digest: str = field(repr=False)
    hint: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """A well-formed credential. Only `matches` against the kept digest makes it a valid one."""

    kind: CredentialKind
    tenant_id: str
    record_id: str
    secret: bytes = field(repr=False)

    def matches(self, digest: str) -> bool:
        """Whether `digest` is that of this secret, compared in constant time."""
        return hmac.compare_digest(_digest(self.secret), digest)


def make(
    kind: CredentialKind, tenant_id: str, record_id: str, secret: bytes | None = None
) -> Credential:
    """A credential for the record of a tenant; `secret` (32 bytes) is random if not given.

    Raises ValueError if an id is not that of a tenant (`ten_…`) or of the kind's record
    (`key_…`, `ses_…`), or the secret is not 32 bytes long.
    """
    secret = secrets.token_bytes(SECRET_BYTES) if secret is None else secret
    tenant = tenant_id.removeprefix(TENANT_PREFIX)
    record = record_id.removeprefix(RECORD_PREFIXES[kind])
    digits = _base62(int.from_bytes(secret, "big"), SECRET_DIGITS)
    text = _with_checksum(f"fd_{MARKS[kind]}_{tenant}_{record}_{digits}")
    if parse(text) != Parsed(kind, tenant_id, record_id, secret):
        raise ValueError(f"no {kind} credential can name {tenant_id!r} and {record_id!r}")
    return Credential(text, _digest(secret), text[-HINT_DIGITS:])


def parse(text: str) -> Parsed | None:
    """What a credential names; None if it is not one, or was mistyped."""
    match = PATTERN.fullmatch(text)
    if match is None or _with_checksum(text[:-CHECKSUM_DIGITS]) != text:
        return None
    mark, tenant, record, digits, _ = match.groups()
    number = 0
    for digit in digits:
        number = number * 62 + BASE62.index(digit)
    if number >> 8 * SECRET_BYTES:
        return None
    kind = KINDS[mark]
    secret = number.to_bytes(SECRET_BYTES, "big")
    return Parsed(kind, TENANT_PREFIX + tenant, RECORD_PREFIXES[kind] + record, secret)


def _digest(secret: bytes) -> str:
    return hashlib.sha256(secret).hexdigest()


def _with_checksum(text: str) -> str:
    return text + _base62(zlib.crc32(text.encode("ascii")), CHECKSUM_DIGITS)


def _base62(number: int, width: int) -> str:
    digits = []
    for _ in range(width):
        number, digit = divmod(number, 62)
        digits.append(BASE62[digit])
    return "".join(reversed(digits))
