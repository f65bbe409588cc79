"""The emulator as a whole: its vault, its gRPC service and what the admin API asks of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from google.protobuf import json_format

from emulators.rpc.clock import Clock
from emulators.rpc.faults import Faults
from emulators.rpc.journal import Journal
from emulators.rpc.server import Service
from emulators.secrets import pages
from emulators.secrets.service import Methods
from emulators.secrets.vault import Vault


class SecretManager:
    """The secrets of all projects."""

    name = "secrets"

    def __init__(self, clock: Clock, journal: Journal) -> None:
        self.vault = Vault(clock, journal)

    def service(self, faults: Faults) -> Service:
        """What to serve on the port of Secret Manager."""
        return Methods(self.vault).service(faults)

    def reset(self) -> None:
        """Forgets everything, also what is on disk."""
        self.vault.clear()

    def export(self) -> Iterator[dict[str, Any]]:
        """Every secret and version in the API's JSON, without payloads."""
        for secret in self.vault:
            yield {"secret": json_format.MessageToDict(secret)}
            for version in self.vault.versions(secret.name):
                yield {"version": json_format.MessageToDict(version)}

    def page(self, path: Sequence[str]) -> str | None:
        """The pages to look at secrets and their versions."""
        return pages.page(self.vault, path)
