"""The message classes of google.cloud.secretmanager.v1."""

from __future__ import annotations

from typing import Any

from emulators.rpc.protos import enum_names, message

PACKAGE = "google.cloud.secretmanager.v1"


def named(name: str) -> Any:
    """A class of google.cloud.secretmanager.v1."""
    return message(f"{PACKAGE}.{name}")


Secret = named("Secret")
SecretVersion = named("SecretVersion")


def state_name(version: Any) -> str:
    """ENABLED, DISABLED or DESTROYED."""
    return enum_names(f"{PACKAGE}.SecretVersion.State")[version.state]
