"""Time to live: documents are deleted once the time in a declared field has passed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from emulators.firestore.database import Database
from emulators.firestore.engine import Firestore
from emulators.firestore.fields import Path, get, parse
from emulators.firestore.protos import nanoseconds
from emulators.firestore.stored import Stored

SWEEP_SECONDS = 60.0


@dataclass(frozen=True)
class Policy:
    """The field that holds the expiry of all documents of a collection group."""

    collection: str
    field: Path

    @classmethod
    def parse(cls, declared: Mapping[str, Any]) -> Policy:
        """From the manifest: {collection: c, field: f}."""
        return cls(declared["collection"], parse(declared["field"]))

    def is_expired(self, document: Stored, now: int) -> bool:
        """Whether its time has passed; only timestamps count."""
        value = get(document.proto.fields, self.field)
        if value is None or value.WhichOneof("value_type") != "timestamp_value":
            return False
        return nanoseconds(value.timestamp_value) <= now


class Expiry:
    """Deletes what has expired, every minute of the emulator's clock (the cloud: within a day)."""

    def __init__(self, firestore: Firestore, policies: Iterable[Policy]) -> None:
        self._firestore = firestore
        self._policies = list(policies)

    async def run(self) -> None:
        """Sweeps until cancelled."""
        clock = self._firestore.clock
        while self._policies:
            self.sweep()
            await clock.sleep_until(clock.after(SWEEP_SECONDS))

    def sweep(self) -> None:
        """Deletes now what has expired."""
        for database in self._firestore.databases:
            gone = {document.name: None for document in self._expired(database)}
            database.put(gone, database.commit_time())

    def _expired(self, database: Database) -> list[Stored]:
        now = self._firestore.clock.now()
        return [
            document
            for collection in database.collections(f"{database.name}/documents")
            for policy in self._policies
            if collection.rpartition("/")[2] == policy.collection
            for document in database.documents(collection)
            if policy.is_expired(document, now)
        ]
