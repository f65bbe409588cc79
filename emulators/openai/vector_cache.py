"""Vectors by text: the latest in memory, all of them in a SQLite file if there is a data folder."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections import OrderedDict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

KEPT = 20_000  # vectors in memory, 1.5 kB each


class VectorCache:
    """Least recently used vectors go first; `openai-vectors.sqlite` in `data` keeps all."""

    def __init__(self, encoder: str, data: Path | None = None) -> None:
        self._encoder = encoder
        self._recent: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()
        self._file = _open(data) if data else None

    def get(self, text: str) -> NDArray[np.float32] | None:
        """The vector of `text`, or None if it was never made."""
        with self._lock:
            if text in self._recent:
                self._recent.move_to_end(text)
                return self._recent[text]
            vector = self._stored(text)
            if vector is not None:
                self._keep(text, vector)
            return vector

    def put(self, text: str, vector: NDArray[np.float32]) -> None:
        """Keeps `vector` for `text`."""
        with self._lock:
            self._keep(text, vector)
            if self._file:
                row = (self._key(text), vector.astype("<f4").tobytes())
                self._file.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?)", row)

    def _keep(self, text: str, vector: NDArray[np.float32]) -> None:
        self._recent[text] = vector
        if len(self._recent) > KEPT:
            self._recent.popitem(last=False)

    def _stored(self, text: str) -> NDArray[np.float32] | None:
        if not self._file:
            return None
        query = "SELECT vector FROM vectors WHERE key = ?"
        row = self._file.execute(query, (self._key(text),)).fetchone()
        return np.frombuffer(row[0], dtype="<f4") if row else None

    def _key(self, text: str) -> bytes:
        return hashlib.sha256(f"{self._encoder}\n{text}".encode()).digest()


def _open(folder: Path) -> sqlite3.Connection:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "openai-vectors.sqlite"
    connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")  # a cache: what a power cut loses is made again
    connection.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB)")
    return connection
