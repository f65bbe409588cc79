"""Authentication: accounts, sessions, API keys, and the tokens that services trust (port 8031).

The gateway exchanges every credential here for a token of sixty seconds; nothing else signs.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from shared.contracts import identity as api
from shared.contracts.base import Listing, Page, now
from shared.identity import accounts, admission, credentials, passwords, sessions, throttle, tokens
from shared.runtime import Caller, Problem, Reply, Service, Store, Work, secret

if TYPE_CHECKING:
    from joserfc.jwk import KeySet


def signing_keys() -> KeySet:
    return accounts.cached_keys(secret("jwt-signing-keys"))


def public_keys() -> str:
    return json.dumps(tokens.public_jwks(signing_keys()))


service = Service("authentication", keys=public_keys)


@service.get("/.well-known/jwks.json", anonymous=True)
def jwks() -> Reply:
    """The public keys that internal and access tokens are verified with."""
    return Reply(public_keys().encode(), 200, tokens.JWKS_HEADERS)


@service.post("/v1/signup", status=201, anonymous=True)
def sign_up(wanted: api.SignUp, work: Work) -> api.Tokens:
    """A new business with its owner, logged in. The address is claimed last, all at once."""
    account_id = accounts.account_id(wanted.email)
    if work.find(api.Account, account_id):
        raise Problem("conflict", "This e-mail address has an account; log in instead.")
    tenant, user = accounts.new_tenant(wanted, now())
    home = Work(tenant.id)
    home.put(tenant)
    home.put(user)
    work.create(api.Account(id=account_id, tenant_id=tenant.id, user_id=user.id))
    return open_session(home, user.id)


@service.post("/v1/login", anonymous=True)
def log_in(login: api.Login, work: Work) -> api.Tokens:
    """A session for the right password; wrong ones wait longer each time."""
    account_id = accounts.account_id(login.email)
    failures = work.find(api.LoginFailures, account_id)
    throttle.check(failures, now())
    account = work.find(api.Account, account_id)
    if not right_password(account, login.password) or account is None:
        work.store.save(throttle.failed(failures, account_id, now()))
        raise Problem("unauthenticated", "E-mail address or password is wrong.")
    if failures:
        work.delete(api.LoginFailures, account_id)
    return open_session(Work(account.tenant_id), account.user_id)


@service.post("/v1/token/refresh", anonymous=True)
def refresh(request: api.Refresh) -> api.Tokens:
    """New tokens for a refresh token; one used up before ends its whole session."""
    presented = admission.parse_refresh(request.refresh_token)
    work = Work(presented.tenant_id)
    known = work.find(api.LoginSession, presented.record_id)
    session, token = admission.refreshed(known, presented, now())
    work.put(session)
    work.commit()
    if token is None:
        raise Problem("revoked-credentials", "It was used before, so all end; log in again.")
    return accounts.tokens(signing_keys(), work.tenant, session, token, now())


@service.post("/v1/logout", status=204, scope="ask")
def log_out(caller: Caller, work: Work) -> None:
    """Ends the session that the access token belongs to."""
    if caller.session is None:
        raise Problem("conflict", "An API key has no session; revoke the key instead.")
    work.put(sessions.revoke(work.get(api.LoginSession, caller.session), now()))


@service.get("/v1/me", scope="ask")
def me(caller: Caller, store: Store) -> api.Me:
    """Whom the credential speaks for."""
    tenant = store.get(api.Tenant, caller.tenant)
    user = store.find(api.User, caller.subject) if caller.kind == "user" else None
    return accounts.me(caller.subject, caller.kind, caller.scopes, tenant, user)


@service.get("/v1/api-keys", scope="admin")
def list_keys(page: Page, store: Store) -> Listing[api.ApiKeyView]:
    """The tenant's keys, newest first, never their secrets."""
    found = store.page(api.ApiKey, page)
    return Listing(items=[*map(accounts.key_view, found.items)], next_cursor=found.next_cursor)


@service.post("/v1/api-keys", status=201, scope="admin", idempotent=True, secret=True)
def create_key(wanted: api.ApiKeyInput, caller: Caller, work: Work) -> api.ApiKeyCreated:
    """A key of the tenant, not of the person; it is shown this once."""
    admission.check_grant(wanted.scopes, caller.scopes)
    record, created = accounts.new_api_key(work.new_id("key"), work.tenant, wanted, now())
    work.create(record)
    return created


@service.delete("/v1/api-keys/{key_id}", scope="admin")
def revoke_key(key_id: str, work: Work) -> None:
    """The key stops working at once; it stays listed as revoked."""
    key = work.get(api.ApiKey, key_id)
    work.put(key.model_copy(update={"revoked_at": key.revoked_at or now()}))


@service.post("/internal/exchange", anonymous=True, exposed=False)
def exchange(request: api.Exchange) -> api.Exchanged:
    """A credential from outside for a token good for the named services, sixty seconds long."""
    keys, moment = signing_keys(), now()
    if presented := credentials.parse(request.credential):
        key = Store(presented.tenant_id).find(api.ApiKey, presented.record_id)
        principal = admission.key_holder(presented, key, request.visitor, moment)
    else:
        principal = admission.bearer(keys, request.credential, moment)
        session = Store(principal.tenant).find(api.LoginSession, principal.session or "none")
        admission.check_session(session)
    return admission.exchanged(keys, principal, request.audience, moment)


def right_password(account: api.Account | None, password: str) -> bool:
    """Whether it is the account's; as slow for an address that has none."""
    user = Store(account.tenant_id).find(api.User, account.user_id) if account else None
    if user is None:
        passwords.burn(password)
        return False
    return passwords.verify(user.password_hash, password).ok


def open_session(work: Work, user_id: str) -> api.Tokens:
    """Commits a new session with what else the work holds, and returns its tokens."""
    started = sessions.start(work.tenant, user_id, now())
    work.put(started.session)
    work.commit()
    return accounts.tokens(signing_keys(), work.tenant, started.session, started.token, now())


handle = service.entry_point
