"""The demo tenant, made through the public API as any business would be."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from emulators.stack.api import Api, ApiError

EMAIL = "owner{}@demo.example"
BUSINESS = "Demo business"
CONFLICT = 409


@dataclass(frozen=True)
class Tenant:
    """Who can use the stack: the owner's login and two keys."""

    tenant_id: str
    email: str
    password: str
    api_key: str
    visitor_key: str


def tenant(gateway: str, kept: Path | None) -> Tenant:
    """The tenant that an earlier stack kept in this file, else a new one. Raises ApiError."""
    if kept and kept.exists():
        return Tenant(**json.loads(kept.read_text(encoding="utf-8")))
    made = make_tenant(gateway)
    if kept:
        kept.touch(mode=0o600)
        kept.write_text(json.dumps(asdict(made)), encoding="utf-8")
    return made


def make_tenant(gateway: str) -> Tenant:
    """Signs up the owner and makes a secret and a visitor key. Raises ApiError."""
    password = secrets.token_urlsafe(12)
    try:
        email, signed_up = _sign_up(gateway, EMAIL.format(""), password)
    except ApiError as error:
        if error.status != CONFLICT:
            raise
        another = EMAIL.format(f"-{secrets.token_hex(3)}")
        email, signed_up = _sign_up(gateway, another, password)
    owner = Api(gateway, {"Authorization": f"Bearer {signed_up['access_token']}"})
    scopes = ["ask", "read", "write"]
    key = owner.post("/v1/api-keys", {"name": "demo", "scopes": scopes})
    visitor = owner.post("/v1/api-keys", {"name": "demo widget", "kind": "visitor"})
    return Tenant(signed_up["tenant_id"], email, password, key["key"], visitor["key"])


def _sign_up(gateway: str, email: str, password: str) -> tuple[str, dict[str, str]]:
    body = {"email": email, "password": password, "business": BUSINESS}
    signed_up: dict[str, str] = Api(gateway).post("/v1/signup", body)
    return email, signed_up
