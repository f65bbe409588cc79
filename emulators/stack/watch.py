"""Seeing that a source file changed, by looking at modification times."""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

INTERVAL = 0.5


def snapshot(folders: Sequence[Path]) -> dict[Path, int]:
    """Modification time (ns) of every file under the folders, bytecode aside."""
    times: dict[Path, int] = {}
    for folder in folders:
        for path in folder.rglob("*"):
            if path.parent.name == "__pycache__" or path.name.startswith("."):
                continue
            try:
                found = path.stat()
            except FileNotFoundError:
                continue  # gone between listing and looking: the next look has it right
            if stat.S_ISREG(found.st_mode):
                times[path] = found.st_mtime_ns
    return times


class Watcher:
    """Calls `changed` with the files that came, went or were written, until stopped."""

    def __init__(self, folders: Sequence[Path], changed: Callable[[set[Path]], None]) -> None:
        self._folders = folders
        self._changed = changed
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()

    def _watch(self) -> None:
        before = snapshot(self._folders)
        while not self._ended.wait(INTERVAL):
            after = snapshot(self._folders)
            if different := {path for path, _ in before.items() ^ after.items()}:
                self._changed(different)
            before = after
