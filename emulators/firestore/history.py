"""The versions that were superseded, for reads at a time in the past."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterator

from emulators.firestore.stored import Stored
from emulators.rpc.errors import FailedPrecondition

KEPT_NANOSECONDS = 3600 * 1_000_000_000
KEPT_VERSIONS = 10_000

Version = tuple[int, Stored | None]


class History:
    """The last hour's versions, but no more than 10,000; older reads are refused."""

    def __init__(self, began: int) -> None:
        """Nothing is known of before `began`, in nanoseconds."""
        self._horizon = began
        self._versions: dict[str, dict[str, list[Version]]] = defaultdict(dict)
        self._ages: deque[tuple[int, str, str]] = deque()

    def add(
        self, collection: str, name: str, old: Stored | None, new: Stored | None, at: int
    ) -> None:
        """Records that at `at` the version `new` took the place of `old`."""
        if old:
            self._append(collection, name, (old.updated, old), at)
        if not new:
            self._append(collection, name, (at, None), at)
        self._forget(at)

    def _append(self, collection: str, name: str, version: Version, at: int) -> None:
        self._versions[collection].setdefault(name, []).append(version)
        self._ages.append((at, collection, name))

    def _forget(self, now: int) -> None:
        while self._ages and (
            len(self._ages) > KEPT_VERSIONS or self._ages[0][0] < now - KEPT_NANOSECONDS
        ):
            superseded, collection, name = self._ages.popleft()
            self._horizon = max(self._horizon, superseded)
            names = self._versions[collection]
            names[name].pop(0)
            if not names[name]:
                del names[name]
            if not names:
                del self._versions[collection]

    def check(self, at: int) -> None:
        """Raises FailedPrecondition when what was stored at `at` is no longer known."""
        if at < self._horizon:
            raise FailedPrecondition("The requested 'read_time' is too old.")

    def at(self, collection: str, name: str, instant: int) -> Stored | None:
        """The superseded version that was there at an instant, if one was."""
        versions = self._versions.get(collection, {}).get(name, [])
        index = bisect_right(versions, instant, key=lambda version: version[0])
        return versions[index - 1][1] if index else None

    def names(self, collection: str) -> Iterator[str]:
        """Names in a collection that have superseded versions."""
        yield from self._versions.get(collection, ())

    def collections(self) -> Iterator[str]:
        """Collections that have superseded versions."""
        yield from self._versions
