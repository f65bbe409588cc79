"""Records that survive the process: one SQLite file, or nothing at all for memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path


class Journal:
    """Tables of key → bytes.

    A write is whole or absent, and once it has returned it survives SIGKILL: SQLite's write-ahead
    log is in the operating system's hands by then (`synchronous=off` gives up power cuts only).
    """

    def __init__(self, path: Path | None = None) -> None:
        """Opens the file, making it where needed; without a path nothing is kept."""
        self._database: sqlite3.Connection | None = None
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, isolation_level=None)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = OFF")
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS records (kind TEXT, key TEXT, value BLOB NOT NULL, "
                "PRIMARY KEY (kind, key)) WITHOUT ROWID"
            )

    def read(self, kind: str) -> Iterator[tuple[str, bytes]]:
        """The records of a kind, by key."""
        if self._database:
            yield from self._database.execute(
                "SELECT key, value FROM records WHERE kind = ? ORDER BY key", (kind,)
            )

    def write(self, kind: str, changes: Mapping[str, bytes | None]) -> None:
        """Puts records, and deletes those whose value is None, all or none of them."""
        if self._database and changes:
            put = [(kind, key, value) for key, value in changes.items() if value is not None]
            gone = [(kind, key) for key, value in changes.items() if value is None]
            with self._database:
                self._database.execute("BEGIN")
                self._database.executemany("REPLACE INTO records VALUES (?, ?, ?)", put)
                self._database.executemany("DELETE FROM records WHERE kind = ? AND key = ?", gone)

    def clear(self, kind: str) -> None:
        """Forgets all records of a kind."""
        if self._database:
            self._database.execute("DELETE FROM records WHERE kind = ?", (kind,))

    def close(self) -> None:
        """Closes the file."""
        if self._database:
            self._database.close()
