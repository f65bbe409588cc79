"""Admin pages: secrets, and the versions of one; never their payloads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emulators.rpc import html
from emulators.secrets.protos import state_name
from emulators.secrets.vault import Vault


def page(vault: Vault, path: Sequence[str]) -> str | None:
    """Of a secret by its full name, or of all for no name; None for anything else."""
    if not path:
        return html.page("Secret Manager", html.trail("secrets"), _secrets(vault))
    name = "/".join(path)
    if name not in vault:
        return None
    return html.page(name, html.trail("secrets"), _versions(vault.versions(name)))


def _secrets(vault: Vault) -> html.Html:
    rows = []
    for secret in vault:
        versions = vault.versions(secret.name)
        rows.append(
            (
                html.link(secret.name, "secrets", *secret.name.split("/")),
                secret.create_time.ToJsonString(),
                len(versions),
                state_name(versions[0]).lower() if versions else "",
            )
        )
    return html.table(("secret", "created", "versions", "latest is"), rows)


def _versions(versions: Sequence[Any]) -> html.Html:
    rows = [
        (
            version.name.rpartition("/")[2],
            state_name(version).lower(),
            version.create_time.ToJsonString(),
            version.destroy_time.ToJsonString() if version.HasField("destroy_time") else "",
        )
        for version in versions
    ]
    return html.table(("version", "state", "created", "destroyed"), rows)
