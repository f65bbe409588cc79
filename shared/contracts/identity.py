"""Tenants, users, credentials and the tokens that services trust."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from shared.contracts.base import Model, Record

Scope = Literal["ask", "read", "write", "admin"]
CallerKind = Literal["user", "api_key", "visitor", "system"]
ALL_SCOPES: tuple[Scope, ...] = ("ask", "read", "write", "admin")
INTERNAL_ISSUER = "frontdesk"

Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, to_lower=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
    ),
]
Password = Annotated[str, Field(min_length=10, max_length=256)]


class SignUp(Model):
    """`POST /v1/signup`: a business and its owner."""

    email: Email
    password: Password
    business: Annotated[str, Field(min_length=1, max_length=200)]


class Login(Model):
    email: Email
    password: Annotated[str, Field(max_length=256)]


class Refresh(Model):
    refresh_token: Annotated[str, Field(max_length=300)]


class Tokens(Model):
    """An access token (JWT, `expires_in` seconds) and the refresh token that replaces both."""

    tenant_id: str
    user_id: str
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: int
    refresh_token: str


class Me(Model):
    tenant_id: str
    subject: str
    kind: CallerKind
    scopes: list[Scope]
    business: str | None = None
    email: str | None = None


class ApiKeyInput(Model):
    """`POST /v1/api-keys`. A `visitor` key is publishable: it may only ask."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    kind: Literal["secret", "visitor"] = "secret"
    scopes: list[Scope] = ["ask", "read", "write"]
    expires_at: datetime | None = None


class ApiKeyView(Model):
    """A key as listed: never the secret. `hint` is its last four characters."""

    id: str
    name: str
    kind: Literal["secret", "visitor"]
    scopes: list[Scope]
    hint: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


class ApiKeyCreated(ApiKeyView):
    """The one time that the key itself is shown."""

    key: str


class Exchange(Model):
    """Internal: a credential from outside for a token that services trust.

    `audience` names the services the request may reach; `visitor` tells visitors of one
    publishable key apart.
    """

    credential: Annotated[str, Field(max_length=4096)]
    audience: Annotated[list[str], Field(min_length=1, max_length=40)]
    visitor: Annotated[str, Field(max_length=200)] | None = None


class Exchanged(Model):
    """`token` is an ES256 JWT for `audience`, valid `expires_in` seconds."""

    token: str
    expires_in: int
    tenant_id: str
    subject: str
    kind: CallerKind
    scopes: list[Scope]


class Tenant(Record):
    collection: ClassVar[str] = "tenants"

    business: str
    created_at: datetime


class Account(Record):
    """Where an e-mail address belongs; kept in the directory, id is a hash of the address."""

    collection: ClassVar[str] = "accounts"

    tenant_id: str
    user_id: str


class User(Record):
    collection: ClassVar[str] = "users"

    email: str
    password_hash: str
    role: Literal["owner", "member"] = "owner"
    created_at: datetime


class ApiKey(Record):
    """`digest` is SHA-256 of the secret part, hex."""

    collection: ClassVar[str] = "api_keys"

    name: str
    kind: Literal["secret", "visitor"]
    scopes: list[Scope]
    digest: str
    hint: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


class LoginSession(Record):
    """A refresh family (RFC 9700 §4.14.2): one live refresh token, the one before kept for 10 s.

    A token older than those two means theft: the family is revoked. `secret` (32 bytes, hex)
    derives the successors and is of no use without the live token; `counter` is the number of
    rotations so far.
    """

    collection: ClassVar[str] = "sessions"

    user_id: str
    secret: Annotated[str, Field(repr=False)]
    counter: int = 0
    digest: Annotated[str, Field(repr=False)]
    previous_digest: Annotated[str | None, Field(repr=False)] = None
    rotated_at: datetime
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


class LoginFailures(Record):
    """Wrong passwords in a row; kept in the directory, id is that of the `Account`."""

    collection: ClassVar[str] = "login_failures"

    failures: int
    last_failure_at: datetime
