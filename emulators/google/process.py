"""What runs in the process: the engines that have a port, and the admin API over them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from emulators.rpc.admin import Admin
from emulators.rpc.clock import Clock
from emulators.rpc.engine import Engine
from emulators.rpc.faults import Faults
from emulators.rpc.journal import Journal
from emulators.rpc.server import HOST, Service, serve

GRACE_SECONDS = 0.2


@dataclass(frozen=True)
class Settings:
    """Ports (None: not served), the folder that keeps the data, the manifest to enforce.

    `seed_secrets` names the project whose secrets a local stack needs.
    """

    firestore_port: int | None = None
    pubsub_port: int | None = None
    secrets_port: int | None = None
    admin_port: int | None = None
    data: Path | None = None
    manifest: Path | None = None
    seed_secrets: str | None = None

    @property
    def serves_any(self) -> bool:
        """Whether any of the emulators has a port."""
        ports = (self.firestore_port, self.pubsub_port, self.secrets_port)
        return any(port is not None for port in ports)


class Process:
    """The parts that the emulators share, and what has to be closed in the end."""

    def __init__(self, settings: Settings, stack: AsyncExitStack) -> None:
        self.settings = settings
        self.clock = Clock()
        self.faults = Faults()
        self.engines: list[Engine] = []
        self._stack = stack

    def journal(self, name: str) -> Journal:
        """The records of one engine, in a file that only this user may read."""
        file = self.settings.data / f"{name}.sqlite" if self.settings.data else None
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)
        journal = Journal(file)
        self._stack.callback(journal.close)
        return journal

    def finally_call(self, closing: Callable[[], object]) -> None:
        """Calls this in the end."""
        self._stack.callback(closing)

    async def serve(self, engine: Engine, services: list[Service], port: int) -> None:
        """Serves an engine and shows it to the admin API."""
        self.engines.append(engine)
        server = await serve(services, port)
        self._stack.push_async_callback(server.stop, GRACE_SECONDS)
        print(f"{engine.name}: {HOST}:{port}", flush=True)

    async def serve_admin(self, port: int) -> None:
        """Serves the admin API over the engines so far."""
        server = await Admin(self.engines, self.faults, self.clock).serve(port)
        self._stack.callback(server.close)
        print(f"admin: http://{HOST}:{port}", flush=True)


async def run(settings: Settings) -> None:
    """Serves until SIGINT or SIGTERM. Raises OSError when a port is taken."""
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for ended in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(ended, over.set)
    async with AsyncExitStack() as stack:
        process = Process(settings, stack)
        if settings.firestore_port is not None:
            await _serve_firestore(process, settings.firestore_port)
        if settings.secrets_port is not None:
            await _serve_secrets(process, settings.secrets_port)
        if settings.pubsub_port is not None:
            await _serve_pubsub(process, settings.pubsub_port)
        if settings.admin_port is not None:
            await process.serve_admin(settings.admin_port)
        await over.wait()


async def _serve_firestore(process: Process, port: int) -> None:
    from emulators.firestore.engine import Firestore
    from emulators.firestore.manifest import Declared
    from emulators.firestore.service import service
    from emulators.firestore.ttl import Expiry

    manifest = process.settings.manifest
    declared = Declared.read(manifest) if manifest else Declared()
    firestore = Firestore(process.clock, process.journal("firestore"), declared.indexes)
    expiry = asyncio.create_task(Expiry(firestore, declared.policies).run())
    process.finally_call(expiry.cancel)
    await process.serve(firestore, [service(firestore, process.faults)], port)


async def _serve_secrets(process: Process, port: int) -> None:
    from emulators.secrets.engine import SecretManager
    from emulators.secrets.seed import seed

    secrets = SecretManager(process.clock, process.journal("secrets"))
    if project := process.settings.seed_secrets:
        seed(secrets.vault, project)
    await process.serve(secrets, [secrets.service(process.faults)], port)


async def _serve_pubsub(process: Process, port: int) -> None:
    from emulators.pubsub.engine import PubSub

    pubsub = PubSub(process.clock, process.journal("pubsub"), process.faults)
    process.finally_call(pubsub.stop)
    await process.serve(pubsub, pubsub.services(), port)
