"""Which port each part of a stack has: all of them move with one base."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from emulators.stack.errors import StackError
from emulators.stack.manifest import Manifest
from emulators.stack.sockets import is_free

MANIFEST_BASE = 8000
STRIDE = 100
LOWEST, HIGHEST = 1024, 65535 - STRIDE
FIRST_FREE, LAST_FREE = 18000, 28000

Part = Literal["firestore", "storage", "secrets", "pubsub", "emulators", "openai", "control"]
OFFSETS: dict[Part, int] = {
    "firestore": 80,
    "storage": 83,
    "secrets": 84,
    "pubsub": 85,
    "emulators": 86,
    "openai": 90,
    "control": 99,
}


@dataclass(frozen=True)
class Ports:
    """The ports of the stack at `base`; the manifest states those of base 8000."""

    base: int = MANIFEST_BASE

    def __post_init__(self) -> None:
        if not LOWEST <= self.base <= HIGHEST:
            raise StackError(f"The port base must lie between {LOWEST} and {HIGHEST}.")

    def service(self, manifest_port: int) -> int:
        return self.base + manifest_port - MANIFEST_BASE

    def part(self, name: Part) -> int:
        return self.base + OFFSETS[name]

    def all(self, manifest: Manifest) -> Iterable[int]:
        """Every port a stack of this manifest may use."""
        yield from (self.service(service.port) for service in manifest.services.values())
        yield from map(self.part, OFFSETS)


def free_ports(manifest: Manifest, first: int = FIRST_FREE) -> Ports:
    """The first base from `first` on where nothing listens on any port of the stack."""
    for base in range(first, LAST_FREE, STRIDE):
        ports = Ports(base)
        if all(map(is_free, ports.all(manifest))):
            return ports
    raise StackError(f"No {STRIDE} free ports between {first} and {LAST_FREE}.")
