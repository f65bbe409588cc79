"""The secrets that a fresh local stack needs."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable

from emulators.secrets.protos import Secret
from emulators.secrets.vault import Vault

OPENAI_KEY_HERE = "sk-local"


def seed(vault: Vault, project: str) -> None:
    """Adds `openai-api-key` and `jwt-signing-keys`, unless the vault has them already."""
    _add(vault, f"projects/{project}/secrets/openai-api-key", openai_key)
    _add(vault, f"projects/{project}/secrets/jwt-signing-keys", signing_keys)


def openai_key() -> str:
    """The one in the environment, else one that the OpenAI emulator takes."""
    return os.environ.get("OPENAI_API_KEY") or OPENAI_KEY_HERE


def signing_keys() -> str:
    """A private JWKS (RFC 7517) of one new P-256 key for ES256, as JSON."""
    from joserfc.jwk import ECKey, KeySet

    kid = secrets.token_hex(8)
    key = ECKey.generate_key("P-256", {"kid": kid, "alg": "ES256", "use": "sig"}, private=True)
    return json.dumps(KeySet([key]).as_dict(private=True))


def _add(vault: Vault, name: str, make: Callable[[], str]) -> None:
    """A secret without a version is one whose seeding was cut short."""
    if name not in vault:
        secret = Secret()
        secret.replication.automatic.SetInParent()
        vault.create(name, secret)
    if not vault.versions(name):
        vault.add(name, make().encode())
