"""How Pub/Sub is kept in the journal: one record a resource, a delivery and a retained message.

Keys: topic/NAME, subscription/NAME, snapshot/NAME, delivery/SUBSCRIPTION/NUMBER,
log/TOPIC/NUMBER (retained by the topic), kept/SNAPSHOT/NUMBER.
"""

from __future__ import annotations

from collections.abc import Iterator

from emulators.rpc.journal import Journal

KIND = "pubsub"


class Records:
    """Changes are gathered, then written together by save()."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._changes: dict[str, bytes | None] = {}

    def put(self, what: str, name: str, record: bytes) -> None:
        """Keeps a resource."""
        self._changes[f"{what}/{name}"] = record

    def drop(self, what: str, name: str) -> None:
        """Forgets a resource."""
        self._changes[f"{what}/{name}"] = None

    def put_numbered(self, what: str, owner: str, number: int, record: bytes) -> None:
        """Keeps a delivery or a message of an owner."""
        self._changes[f"{what}/{owner}/{number}"] = record

    def drop_numbered(self, what: str, owner: str, number: int) -> None:
        """Forgets a delivery or a message of an owner."""
        self._changes[f"{what}/{owner}/{number}"] = None

    def save(self) -> None:
        """Writes the changes, all or none; once it returns they survive SIGKILL."""
        if self._changes:
            self._journal.write(KIND, self._changes)
            self._changes = {}

    def load(self) -> dict[str, list[tuple[str, bytes]]]:
        """What is kept: name and record by what it is."""
        loaded: dict[str, list[tuple[str, bytes]]] = {}
        for what, name, record in self._read():
            loaded.setdefault(what, []).append((name, record))
        return loaded

    def clear(self) -> None:
        """Forgets everything."""
        self._changes = {}
        self._journal.clear(KIND)

    def _read(self) -> Iterator[tuple[str, str, bytes]]:
        for key, record in self._journal.read(KIND):
            what, _, name = key.partition("/")
            yield what, name, record
