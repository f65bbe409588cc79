"""One database: its documents by collection, now and in the recent past.

A collection is named by its full path, "projects/P/databases/D/documents/c[/d/c…]".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from emulators.firestore.history import History
from emulators.firestore.protos import Document
from emulators.firestore.stored import Stored
from emulators.rpc.clock import Clock
from emulators.rpc.errors import InvalidArgument
from emulators.rpc.journal import Journal

MICROSECOND = 1000
KIND = "firestore"

Changes = Mapping[str, Stored | None]
Watcher = Callable[[Changes, int], None]


class Database:
    """Documents by name. `at` is always an instant in nanoseconds; None means now."""

    def __init__(self, name: str, clock: Clock, journal: Journal, began: int) -> None:
        """Nothing is known of what it held before `began`."""
        self.name = name
        self.watchers: set[Watcher] = set()
        self._clock = clock
        self._journal = journal
        self._last = clock.now() // MICROSECOND * MICROSECOND
        self._history = History(began)
        self._live: dict[str, dict[str, Stored]] = {}
        self._changed: dict[str, int] = {}

    def load(self, stored: Stored) -> None:
        """Puts back a document that the journal had."""
        self._live.setdefault(_collection(stored.name), {})[stored.name] = stored
        self._last = max(self._last, stored.updated)

    def read_time(self) -> int:
        """Now, as the time of a read: no later commit will be at this instant or before."""
        self._last = max(self._last, self._clock.now() // MICROSECOND * MICROSECOND)
        return self._last

    def commit_time(self) -> int:
        """Now, as the time of a commit: after all reads and commits there were."""
        self._last = max(self._last + MICROSECOND, self._clock.now() // MICROSECOND * MICROSECOND)
        return self._last

    def check_time(self, at: int) -> int:
        """The instant itself. Raises when it is in the future or too long ago."""
        if at > self.read_time():
            raise InvalidArgument("The requested 'read_time' cannot be in the future.")
        self._history.check(at)
        return at

    def get(self, name: str, at: int | None = None) -> Stored | None:
        """A document, or None."""
        collection = _collection(name)
        live = self._live.get(collection, {}).get(name)
        if at is None or (live and live.updated <= at):
            return live
        return self._history.at(collection, name, at)

    def documents(self, collection: str, at: int | None = None) -> Iterator[Stored]:
        """The documents of a collection, in no order."""
        live = self._live.get(collection, {})
        if at is None or self._changed.get(collection, 0) <= at:
            yield from live.values()
            return
        for name in {*live, *self._history.names(collection)}:
            document = self.get(name, at)
            if document:
                yield document

    def collections(self, parent: str, at: int | None = None) -> list[str]:
        """The collections below a document or the root, at any depth, that hold something."""
        prefix = parent + "/"
        if at is None or not self.changed_since(at):
            return [path for path in self._live if path.startswith(prefix)]
        known = {*self._live, *self._history.collections()}
        return [path for path in known if path.startswith(prefix) and any(self.documents(path, at))]

    def changed_since(self, at: int) -> set[str]:
        """The collections in which a document changed after an instant."""
        return {path for path, changed in self._changed.items() if changed > at}

    def put(self, changes: Changes, at: int) -> None:
        """Makes changes (None deletes) durable, then visible, then known to who watches."""
        real = {name: new for name, new in changes.items() if self.get(name) is not new}
        if not real:
            return
        self._journal.write(
            KIND,
            {name: new.proto.SerializeToString() if new else None for name, new in real.items()},
        )
        for name, new in real.items():
            self._replace(name, new, at)
        for watcher in list(self.watchers):
            watcher(real, at)

    def _replace(self, name: str, new: Stored | None, at: int) -> None:
        collection = _collection(name)
        live = self._live.setdefault(collection, {})
        self._history.add(collection, name, live.get(name), new, at)
        self._changed[collection] = at
        if new:
            live[name] = new
        else:
            live.pop(name)
            if not live:
                del self._live[collection]


class Databases:
    """Every database that anybody ever named: they need not be made."""

    def __init__(self, clock: Clock, journal: Journal) -> None:
        """Reads what the journal holds."""
        self._clock = clock
        self._journal = journal
        self._began = clock.now()
        self._by_name: dict[str, Database] = {}
        for name, record in journal.read(KIND):
            root = "/".join(name.split("/")[:4])
            self[root].load(Stored(Document.FromString(record)))

    def __getitem__(self, name: str) -> Database:
        """The database of a name that was checked."""
        if name not in self._by_name:
            self._by_name[name] = Database(name, self._clock, self._journal, self._began)
        return self._by_name[name]

    def __iter__(self) -> Iterator[Database]:
        """Those that were named so far."""
        return iter(list(self._by_name.values()))

    def clear(self) -> None:
        """Deletes all documents of all databases; who listens is told."""
        for database in self:
            gone = {
                document.name: None
                for collection in database.collections(f"{database.name}/documents")
                for document in database.documents(collection)
            }
            database.put(gone, database.commit_time())


def _collection(name: str) -> str:
    return name.rpartition("/")[0]
