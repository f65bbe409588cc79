"""Secrets and their versions, by Secret Manager's rules.

Source of the rules: cloud.google.com/secret-manager/docs/reference/rpc.
Keys in the journal: secret/SECRET, version/VERSION and payload/VERSION, by their full names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emulators.rpc.clock import Clock
from emulators.rpc.errors import AlreadyExists, FailedPrecondition, NotFound
from emulators.rpc.journal import Journal
from emulators.secrets.protos import Secret, SecretVersion, state_name

KIND = "secrets"


class Vault:
    """All secrets by full name; what a method has changed is in the journal when it returns.

    Messages it hands out are never changed afterwards.
    """

    def __init__(self, clock: Clock, journal: Journal) -> None:
        self._clock = clock
        self._journal = journal
        self._secrets: dict[str, Any] = {}
        self._versions: dict[str, dict[int, Any]] = {}
        self._payloads: dict[str, bytes] = {}
        for key, record in journal.read(KIND):
            self._restore(key, record)

    def __contains__(self, name: str) -> bool:
        return name in self._secrets

    def __iter__(self) -> Iterator[Any]:
        """Every secret, by name."""
        return iter([secret for _, secret in sorted(self._secrets.items())])

    def create(self, name: str, wanted: Any) -> Any:
        """A secret without versions. Raises AlreadyExists."""
        if name in self:
            raise AlreadyExists(f"Secret [{name}] already exists.")
        secret = Secret()
        secret.CopyFrom(wanted)
        secret.name = name
        secret.create_time.FromNanoseconds(self._clock.now())
        self._journal.write(KIND, {f"secret/{name}": secret.SerializeToString()})
        self._secrets[name], self._versions[name] = secret, {}
        return secret

    def get(self, name: str) -> Any:
        """Raises NotFound."""
        if name not in self:
            raise NotFound(f"Secret [{name}] not found.")
        return self._secrets[name]

    def under(self, parent: str) -> list[Any]:
        """The secrets of a project, newest first."""
        found = [one for name, one in self._secrets.items() if name.startswith(f"{parent}/")]
        return sorted(found, key=lambda one: one.create_time.ToNanoseconds(), reverse=True)

    def add(self, secret: str, payload: bytes) -> Any:
        """A new enabled version, which `latest` means from now on. Raises NotFound."""
        number = len(self.versions(secret)) + 1
        version = SecretVersion(name=f"{secret}/versions/{number}", state=SecretVersion.ENABLED)
        version.create_time.FromNanoseconds(self._clock.now())
        self._keep(version, payload)
        return version

    def versions(self, secret: str) -> list[Any]:
        """Newest first. Raises NotFound."""
        self.get(secret)
        return [version for _, version in sorted(self._versions[secret].items(), reverse=True)]

    def version(self, name: str) -> Any:
        """By number or `latest`. Raises NotFound."""
        secret, _, number = name.partition("/versions/")
        self.get(secret)
        versions = self._versions[secret]
        found = versions.get(len(versions) if number == "latest" else int(number))
        if found is None:
            raise NotFound(f"Secret Version [{name}] not found.")
        return found

    def access(self, name: str) -> tuple[Any, bytes]:
        """The version and its payload. Raises NotFound, or FailedPrecondition unless enabled."""
        version = self.version(name)
        if version.state != SecretVersion.ENABLED:
            said = f"Secret Version [{version.name}] is in {state_name(version)} state."
            raise FailedPrecondition(said)
        return version, self._payloads[version.name]

    def change(self, name: str, state: int) -> Any:
        """Enables, disables or destroys. Raises NotFound, or FailedPrecondition once destroyed."""
        before = self.version(name)
        if before.state == SecretVersion.DESTROYED:
            raise FailedPrecondition(f"Secret Version [{before.name}] is in DESTROYED state.")
        version = SecretVersion()
        version.CopyFrom(before)
        version.state = state
        if state == SecretVersion.DESTROYED:
            version.destroy_time.FromNanoseconds(self._clock.now())
            self._keep(version, None)
        else:
            self._keep(version, self._payloads[version.name])
        return version

    def clear(self) -> None:
        """Forgets everything, also what is on disk."""
        self._journal.clear(KIND)
        for held in (self._secrets, self._versions, self._payloads):
            held.clear()

    def _keep(self, version: Any, payload: bytes | None) -> None:
        """Both of a version at once; no payload is left of a destroyed one."""
        records = {
            f"version/{version.name}": version.SerializeToString(),
            f"payload/{version.name}": payload,
        }
        self._journal.write(KIND, records)
        secret, _, number = version.name.partition("/versions/")
        self._versions[secret][int(number)] = version
        if payload is None:
            self._payloads.pop(version.name)
        else:
            self._payloads[version.name] = payload

    def _restore(self, key: str, record: bytes) -> None:
        """The journal has secrets before their versions, as it sorts by key."""
        what, _, name = key.partition("/")
        if what == "payload":
            self._payloads[name] = record
        elif what == "secret":
            self._secrets[name], self._versions[name] = Secret.FromString(record), {}
        else:
            secret, _, number = name.partition("/versions/")
            self._versions[secret][int(number)] = SecretVersion.FromString(record)
