"""One transaction: what it has read, and when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from emulators.firestore.stored import Stored

Signature = list[tuple[str, int]]
Line = tuple[float, float]


@dataclass(frozen=True)
class QueryRead:
    """A query that was read: the collections it looks at, how to run it again, what it gave."""

    covers: Callable[[str], bool]
    run: Callable[[], Iterable[Stored]]
    result: Signature


@dataclass
class Transaction:
    """One attempt. `line` orders attempts by age: that of the first attempt, then their own."""

    line: Line
    began: int
    read_only: bool = False
    snapshot: int | None = None
    used: int = 0
    claimed: set[str] = field(default_factory=set)
    documents: dict[str, Stored | None] = field(default_factory=dict)
    queries: list[QueryRead] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def has_read(self, names: Collection[str]) -> bool:
        """Whether a change of these documents could change what it read or is about to."""
        if any(name in self.documents or name in self.claimed for name in names):
            return True
        collections = {name.rpartition("/")[0] for name in names}
        return any(query.covers(path) for query in self.queries for path in collections)


def signature(documents: Iterable[Stored]) -> Signature:
    """What tells one result of a query from another."""
    return [(document.name, document.updated) for document in documents]
