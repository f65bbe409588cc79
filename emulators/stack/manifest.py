"""The manifest (functions/services.yaml) as the local stack reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, Field, ValidationError

from emulators.stack.errors import StackError

MANIFEST = Path("functions", "services.yaml")
ENTRANCE = ("api-gateway", "authentication")


class Instance(BaseModel):
    """Delivery limits of a service; Pub/Sub allows 10 to 600 s and 5 to 100 attempts."""

    ack_seconds: int = Field(default=60, ge=10, le=600)
    max_attempts: int = Field(default=20, ge=5, le=100)


class Service(BaseModel):
    """One entry: where its code is, what it says and hears on the bus, whom it calls."""

    domain: str
    port: int
    folder: str
    signature: Literal["http", "asgi"] = "http"
    publishes: list[str] = []
    listens: list[str] = []
    calls: list[str] = []
    schedule: str | None = None
    instance: Instance = Instance()


class Runtime(BaseModel):
    """What the runtime says for every service."""

    publishes: list[str] = []


class Manifest(BaseModel):
    """All services by name."""

    project: str
    runtime: Runtime = Runtime()
    services: dict[str, Service]

    def select(self, wanted: list[str]) -> Manifest:
        """The services named, those of a domain named, and all that these need to be of use.

        That is whom they call, and the gateway and authentication, where the manifest has them.
        """
        if not wanted:
            return self
        known = set(self.services) | {service.domain for service in self.services.values()}
        if unknown := sorted(set(wanted) - known):
            raise StackError(f"There is no service or domain {unknown[0]!r} in the manifest.")
        chosen = {n for n, s in self.services.items() if n in wanted or s.domain in wanted}
        chosen |= set(ENTRANCE) & set(self.services)
        while more := {call for name in chosen for call in self.services[name].calls} - chosen:
            chosen |= more
        services = {name: service for name, service in self.services.items() if name in chosen}
        return self.model_copy(update={"services": services})


def load(path: Path) -> Manifest:
    """Reads a manifest. Raises StackError in words when it is missing or wrong."""
    try:
        return Manifest.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise StackError(f"There is no {path}: run this in the project's folder.") from None
    except (yaml.YAMLError, ValidationError) as wrong:
        first = str(wrong).replace("\n", " ")
        raise StackError(f"{path} is not a valid manifest: {first}") from wrong
