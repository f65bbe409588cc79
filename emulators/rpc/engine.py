"""What the admin API asks of an emulator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol


class Engine(Protocol):
    """One emulator in the process."""

    name: str

    def reset(self) -> None:
        """Forgets everything, also what is on disk."""

    def export(self) -> Iterator[dict[str, Any]]:
        """Everything it holds, one JSON object at a time."""

    def page(self, path: Sequence[str]) -> str | None:
        """The HTML below /<name>/ on the admin port; None when there is no such page.

        `path` holds the decoded segments after the name.
        """
