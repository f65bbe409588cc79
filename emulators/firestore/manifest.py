"""What the manifest declares for Firestore: composite indexes and times to live."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from emulators.firestore.indexes import Index, Indexes
from emulators.firestore.ttl import Policy


@dataclass(frozen=True)
class Declared:
    """Without indexes none are enforced."""

    indexes: Indexes | None = None
    policies: tuple[Policy, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Declared:
        """From `indexes:` and `ttl:` of a YAML file. Raises OSError or ValueError, in words."""
        import yaml

        try:
            manifest = yaml.safe_load(path.read_text(encoding="utf-8"))
            return cls(
                Indexes(Index.parse(index) for index in manifest.get("indexes", ())),
                tuple(Policy.parse(policy) for policy in manifest.get("ttl", ())),
            )
        except (yaml.YAMLError, AttributeError, KeyError, TypeError) as wrong:
            raise ValueError(f"{path} does not declare indexes as it should: {wrong}") from wrong
