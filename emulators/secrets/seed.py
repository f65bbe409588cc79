"""The secrets that a fresh local stack needs."""

from __future__ import annotations

import json
import os
import secrets

from google.cloud.secretmanager_v1.types import Replication, Secret

from emulators.secrets.vault import AlreadyExists, Vault

OPENAI_KEY_HERE = "sk-local"


def seed(vault: Vault, project: str) -> None:
    """Adds `openai-api-key` and `jwt-signing-keys`, unless the vault has them already."""
    given = os.environ.get("OPENAI_API_KEY") or OPENAI_KEY_HERE
    _add(vault, project, "openai-api-key", given)
    _add(vault, project, "jwt-signing-keys", signing_keys())


def signing_keys() -> str:
    """A private JWKS (RFC 7517) of one new P-256 key for ES256, as JSON."""
    from joserfc.jwk import ECKey, KeySet

    kid = secrets.token_hex(8)
    key = ECKey.generate_key("P-256", {"kid": kid, "alg": "ES256", "use": "sig"}, private=True)
    return json.dumps(KeySet([key]).as_dict(private=True))


def _add(vault: Vault, project: str, name: str, value: str) -> None:
    full = f"projects/{project}/secrets/{name}"
    replicated = Secret(replication=Replication(automatic=Replication.Automatic()))
    try:
        vault.create(full, replicated)
    except AlreadyExists:
        return
    vault.add(full, value.encode())
