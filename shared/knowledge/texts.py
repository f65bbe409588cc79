"""Texts of document versions kept in memory: immutable, so one that is here is right."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

MOST_CHARACTERS = 4_000_000


class TextCache:
    """Texts by key; the least recently used go when all together pass `most_characters`."""

    def __init__(self, most_characters: int = MOST_CHARACTERS) -> None:
        self._most_characters = most_characters
        self._texts: OrderedDict[tuple[str, ...], str] = OrderedDict()
        self._characters = 0
        self._lock = threading.Lock()

    def get(self, key: tuple[str, ...], read: Callable[[], bytes]) -> str:
        """The text under `key`; on a miss, what `read` returns as UTF-8."""
        with self._lock:
            if key in self._texts:
                self._texts.move_to_end(key)
                return self._texts[key]
        text = read().decode()
        with self._lock:
            if key not in self._texts:
                self._texts[key] = text
                self._characters += len(text)
            while self._characters > self._most_characters and len(self._texts) > 1:
                self._characters -= len(self._texts.popitem(last=False)[1])
        return text
