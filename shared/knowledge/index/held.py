"""The indexes that one instance holds in memory, kept up with the store's changes.

Segments are immutable and an entry is replaced whole, so keeping up means: ask for the entries
changed since the newest one seen (thirty seconds earlier, for clocks that differ), fetch the
segments that are new, and swap in an index made of old and new blocks.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.contracts.knowledge import IndexEntry, Segment
from shared.knowledge.index.ranking import Index, MissingSegment
from shared.knowledge.index.segments import open_segment

CLOCK_SKEW = timedelta(seconds=30)
MOST_BYTES = 400 << 20

Changed = Callable[[datetime | None], list[IndexEntry]]
Fetch = Callable[[list[str]], Iterable[Segment]]


@dataclass
class _Held:
    index: Index = field(default_factory=Index)
    seen: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class Indexes:
    """Indexes by key; the least recently used go when all together pass `most_bytes`."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._held: OrderedDict[tuple[str, str], _Held] = OrderedDict()
        self._lock = threading.Lock()

    def current(self, key: tuple[str, str], changed: Changed, fetch: Fetch) -> Index:
        """The index as the store has it now.

        `changed(since)` lists the entries changed after `since` (all if None), `fetch(ids)` the
        segments that still exist. Raises MissingSegment when the store changes faster than it
        can be read.
        """
        with self._lock:
            held = self._held.setdefault(key, _Held())
            self._held.move_to_end(key)
        with held.lock:
            try:
                _catch_up(held, changed, fetch)
            except MissingSegment:  # replaced while we read: what we ask for now is newer
                held.index, held.seen = Index(), None
                _catch_up(held, changed, fetch)
        self._shrink()
        return held.index

    def _shrink(self) -> None:
        with self._lock:
            while len(self._held) > 1 and self._bytes() > self._most_bytes:
                self._held.popitem(last=False)

    def _bytes(self) -> int:
        return sum(held.index.nbytes for held in self._held.values())


def _catch_up(held: _Held, changed: Changed, fetch: Fetch) -> None:
    since = held.seen - CLOCK_SKEW if held.seen else None
    entries = [entry for entry in changed(since) if held.index.entries.get(entry.id) != entry]
    if not entries:
        return
    missing = held.index.missing(entries)
    segments = [open_segment(segment) for segment in fetch(missing)] if missing else []
    held.index = held.index.with_changes(entries, segments)
    latest = max(entry.changed_at for entry in entries)
    held.seen = max(held.seen, latest) if held.seen else latest
