"""Secrets and their versions, by Secret Manager's rules.

Source of the rules: cloud.google.com/secret-manager/docs/reference/rpc.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from google.cloud.secretmanager_v1.types import Secret, SecretVersion

State = SecretVersion.State


class NotFound(Exception):
    """There is no such secret or version."""


class AlreadyExists(Exception):
    """A secret of that name exists."""


class WrongState(Exception):
    """The version is disabled or destroyed."""


@dataclass
class Kept:
    """A secret, its versions from the first on, and their payloads (emptied when destroyed)."""

    secret: Secret
    versions: list[SecretVersion] = field(default_factory=list)
    payloads: list[bytes] = field(default_factory=list)


class Vault:
    """All secrets by full name; written to `file` after each change, if there is one."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._lock = threading.RLock()
        self._kept: dict[str, Kept] = {}
        if file and file.exists():
            stored = json.loads(file.read_text(encoding="utf-8"))
            self._kept = {name: _loaded(entry) for name, entry in stored.items()}

    def create(self, name: str, secret: Secret) -> Secret:
        """A secret without versions. Raises AlreadyExists."""
        with self._lock:
            if name in self._kept:
                raise AlreadyExists(f"Secret [{name}] already exists.")
            made = Secret(secret)
            made.name, made.create_time = name, datetime.now(UTC)
            self._kept[name] = Kept(made)
            self._save()
            return made

    def get(self, name: str) -> Secret:
        """Raises NotFound."""
        return self._find(name).secret

    def under(self, parent: str) -> list[Secret]:
        """The secrets of a project, newest first."""
        with self._lock:
            found = [k.secret for n, k in self._kept.items() if n.startswith(f"{parent}/secrets/")]
        return found[::-1]

    def add(self, name: str, payload: bytes) -> SecretVersion:
        """A new enabled version, which `latest` means from now on. Raises NotFound."""
        with self._lock:
            kept = self._find(name)
            version = SecretVersion(
                name=f"{name}/versions/{len(kept.versions) + 1}",
                create_time=datetime.now(UTC),
                state=State.ENABLED,
            )
            kept.versions.append(version)
            kept.payloads.append(payload)
            self._save()
            return version

    def versions(self, name: str) -> list[SecretVersion]:
        """Newest first. Raises NotFound."""
        return self._find(name).versions[::-1]

    def version(self, name: str) -> SecretVersion:
        """By number or `latest`. Raises NotFound."""
        kept, position = self._locate(name)
        return kept.versions[position]

    def access(self, name: str) -> tuple[SecretVersion, bytes]:
        """The version and its payload. Raises NotFound, or WrongState unless it is enabled."""
        kept, position = self._locate(name)
        version = kept.versions[position]
        if version.state != State.ENABLED:
            raise WrongState(f"Secret Version [{version.name}] is in {version.state.name} state.")
        return version, kept.payloads[position]

    def change(self, name: str, state: int) -> SecretVersion:
        """Enables, disables or destroys; destruction is for good. Raises NotFound, WrongState."""
        with self._lock:
            kept, position = self._locate(name)
            version = kept.versions[position]
            if version.state == State.DESTROYED:
                raise WrongState(f"Secret Version [{version.name}] is in DESTROYED state.")
            version.state = State(state)
            if state == State.DESTROYED:
                version.destroy_time = datetime.now(UTC)
                kept.payloads[position] = b""
            self._save()
            return version

    def _find(self, name: str) -> Kept:
        if name not in self._kept:
            raise NotFound(f"Secret [{name}] not found.")
        return self._kept[name]

    def _locate(self, name: str) -> tuple[Kept, int]:
        secret, _, number = name.partition("/versions/")
        kept = self._find(secret)
        position = len(kept.versions) if number == "latest" else int(number)
        if not 0 < position <= len(kept.versions):
            raise NotFound(f"Secret Version [{name}] not found.")
        return kept, position - 1

    def _save(self) -> None:
        if not self._file:
            return
        stored = {name: _stored(kept) for name, kept in self._kept.items()}
        partial = self._file.with_suffix(".partial")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(stored, out)
        partial.replace(self._file)


def _stored(kept: Kept) -> dict[str, object]:
    """JSON of one secret, its messages as protobuf's own JSON."""
    return {
        "secret": Secret.to_json(kept.secret),
        "versions": [SecretVersion.to_json(version) for version in kept.versions],
        "payloads": [base64.b64encode(payload).decode() for payload in kept.payloads],
    }


def _loaded(entry: dict[str, Any]) -> Kept:
    return Kept(
        Secret.from_json(entry["secret"]),
        [SecretVersion.from_json(version) for version in entry["versions"]],
        [base64.b64decode(payload) for payload in entry["payloads"]],
    )
