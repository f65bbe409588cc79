"""Showing what services write to their logs as it comes."""

from __future__ import annotations

import threading
from collections import defaultdict
from pathlib import Path

INTERVAL = 0.2


class Follower:
    """Prints each whole new line of each log in a folder, the log's name before it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[Path, int] = defaultdict(int)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="logs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join(timeout=1)

    def _follow(self) -> None:
        while not self._ended.wait(INTERVAL):
            for log in sorted(self._folder.glob("*.log")):
                self._show(log)

    def _show(self, log: Path) -> None:
        with log.open("rb") as lines:
            lines.seek(self._read[log])
            new = lines.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._read[log] += len(whole)
        for line in whole.decode(errors="replace").splitlines():
            print(f"{log.stem:<22} {line}", flush=True)
