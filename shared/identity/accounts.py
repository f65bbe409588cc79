"""Records of users and keys, and whom they speak for."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from shared.contracts.base import new_id
from shared.contracts.identity import (
    ALL_SCOPES,
    ApiKey,
    ApiKeyCreated,
    ApiKeyInput,
    ApiKeyView,
    CallerKind,
    LoginSession,
    Me,
    Scope,
    SignUp,
    Tenant,
    Tokens,
    User,
)
from shared.contracts.problems import Problem
from shared.identity import passwords
from shared.identity.credentials import Credential, make
from shared.identity.tokens import (
    ACCESS,
    Principal,
    load_keys,
    sign_access,
)

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

cached_keys = lru_cache(maxsize=4)(load_keys)


def account_id(email: str) -> str:
    """The directory's id of a (normalised) e-mail address."""
    return hashlib.sha256(email.encode()).hexdigest()[:40]


def new_tenant(wanted: SignUp, moment: datetime) -> tuple[Tenant, User]:
    """A new business and its owner. Raises 422 for a password among the first guesses."""
    if reason := passwords.weak(wanted.password, wanted.email, wanted.business):
        raise Problem("invalid-body", reason, code="weak-password")
    tenant = Tenant(id=new_id("ten"), business=wanted.business, created_at=moment)
    hashed = passwords.hash(wanted.password)
    user = User(id=new_id("usr"), email=wanted.email, password_hash=hashed, created_at=moment)
    return tenant, user


def me(
    subject: str, kind: CallerKind, scopes: Collection[Scope], tenant: Tenant, user: User | None
) -> Me:
    """Whom a credential speaks for, in full."""
    return Me(
        tenant_id=tenant.id,
        subject=subject,
        kind=kind,
        scopes=sorted(scopes),
        business=tenant.business,
        email=user.email if user else None,
    )


def owner(tenant_id: str, session: LoginSession) -> Principal:
    """A tenant's owner, logged in."""
    return Principal(
        tenant=tenant_id,
        subject=session.user_id,
        kind="user",
        scopes=ALL_SCOPES,
        session=session.id,
    )


def tokens(
    keys: KeySet, tenant_id: str, session: LoginSession, refresh: Credential, moment: datetime
) -> Tokens:
    """What a login or a refresh answers with."""
    return Tokens(
        tenant_id=tenant_id,
        user_id=session.user_id,
        access_token=sign_access(keys, owner(tenant_id, session), moment),
        expires_in=ACCESS.seconds,
        refresh_token=refresh.text,
    )


def new_api_key(
    key_id: str, tenant_id: str, wanted: ApiKeyInput, moment: datetime
) -> tuple[ApiKey, ApiKeyCreated]:
    """A key's record, and the one view of it that shows the key itself."""
    credential = make(wanted.kind, tenant_id, key_id)
    record = ApiKey(
        id=key_id,
        name=wanted.name,
        kind=wanted.kind,
        scopes=["ask"] if wanted.kind == "visitor" else wanted.scopes,
        digest=credential.digest,
        hint=credential.hint,
        created_at=moment,
        expires_at=wanted.expires_at,
    )
    return record, ApiKeyCreated(key=credential.text, **dict(key_view(record)))


def key_view(key: ApiKey) -> ApiKeyView:
    return ApiKeyView.model_validate(key.model_dump(exclude={"digest", "revision"}))
