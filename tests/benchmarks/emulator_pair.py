"""A Firestore and a Pub/Sub emulator: ours in one process, Google's in two."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import grpc
from google.cloud import firestore
from google.pubsub_v1 import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

from emulators.stack import sdk
from emulators.stack.errors import StackError
from emulators.stack.memory import of_process
from emulators.stack.sockets import HOST, is_open
from tests.benchmarks.process_tree import MEGA, tree

PROJECT = "frontdesk-bench"
START_SECONDS = 60
GRACE_SECONDS = 10


@dataclass(frozen=True)
class Pair:
    """Where the two listen, and what starts them."""

    root: Path
    firestore_port: int
    pubsub_port: int
    commands: Sequence[Sequence[str]]

    @contextmanager
    def running(self) -> Iterator[Running]:
        """Starts both and stops them at the end. Raises RuntimeError if they do not come up."""
        with ExitStack() as stack:
            began = time.perf_counter()
            processes = [stack.enter_context(_process(one, self.root)) for one in self.commands]
            store, bus = f"{HOST}:{self.firestore_port}", f"{HOST}:{self.pubsub_port}"
            for port in (self.firestore_port, self.pubsub_port):
                _wait_for(port, processes)
            _ask(store, bus)
            start_ms = (time.perf_counter() - began) * 1000
            yield Running(store, bus, [process.pid for process in processes], start_ms)


class Taken(NamedTuple):
    """Memory in MB; None where the system does not tell."""

    pss: float | None
    rss: float | None


@dataclass(frozen=True)
class Running:
    """Addresses (host:port), and milliseconds from process start to an answer of both."""

    firestore: str
    pubsub: str
    pids: Sequence[int]
    start_ms: float

    def memory(self) -> Taken:
        """What all its processes take."""
        sizes = [of_process(process) for pid in self.pids for process in tree(pid)]
        return Taken(_sum([size.pss for size in sizes]), _sum([size.rss for size in sizes]))


def embedded(root: Path, port: int) -> Pair:
    """Ours, at `port` and the next, in memory as Google's are."""
    places = ("--firestore-port", str(port), "--pubsub-port", str(port + 1))
    return Pair(root, port, port + 1, [(sys.executable, "-m", "emulators.google", *places)])


def google(root: Path, port: int) -> Pair | None:
    """Google's, as `frontdesk up --google-emulators` starts them; None if not installed."""
    try:
        commands = [sdk.firestore_command(port), sdk.pubsub_command(port + 1)]
    except StackError:
        return None
    return Pair(root, port, port + 1, commands)


def firestore_client(address: str) -> firestore.Client:
    """The official client of the emulator at an address, over a connection of its own."""
    with patch.dict(os.environ, FIRESTORE_EMULATOR_HOST=address):
        return firestore.Client(project=PROJECT)


def publisher_client(address: str) -> PublisherClient:
    """The official client, without its batching thread, as our services publish."""
    return PublisherClient(transport=PublisherGrpcTransport(channel=grpc.insecure_channel(address)))


def _ask(store: str, bus: str) -> None:
    """One request to each."""
    firestore_client(store).document("bookings/none").get()
    list(publisher_client(bus).list_topics(project=f"projects/{PROJECT}"))


@contextmanager
def _process(command: Sequence[str], root: Path) -> Iterator[subprocess.Popen[bytes]]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=root, stdout=quiet, stderr=quiet)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, processes: Sequence[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_open(HOST, port):
        ended = any(process.poll() is not None for process in processes)
        if ended or time.monotonic() > deadline:
            raise RuntimeError(f"did not start: {[process.args for process in processes]}")
        time.sleep(0.002)


def _sum(sizes: Sequence[int | None]) -> float | None:
    known = [size for size in sizes if size is not None]
    return sum(known) / MEGA if len(known) == len(sizes) else None
