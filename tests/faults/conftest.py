"""One stack for all faults, with a line to its store that can fail."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from emulators.stack import backends
from emulators.stack.backends import PROJECT, Backend
from emulators.stack.ports import Ports
from emulators.stack.sockets import HOST, is_open
from tests.faults.faulty_line import FaultyLine
from tests.faults.library import Library
from tests.faults.model import Model
from tests.flows.business import sign_up
from tests.flows.running_product import (
    Product,
    emulators,
    eventually,
    free_base,
    own_environment,
    running,
)


@pytest.fixture(scope="package")
def store() -> Iterator[Backend]:
    """A Firestore emulator of these tests' own."""
    emulators()
    port = Ports(free_base()).part("firestore")
    command = backends.firestore_command(port)
    with started(Backend("firestore", "", f"{HOST}:{port}", port, command)) as backend:
        yield backend


@pytest.fixture(scope="package")
def line(store: Backend) -> Iterator[FaultyLine]:
    """What the services reach Firestore through."""
    made = FaultyLine(store.port)
    yield made
    made.stop()


@pytest.fixture(scope="package")
def product(line: FaultyLine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The whole product, running."""
    elsewhere = {"FIRESTORE_EMULATOR_HOST": line.address}
    with running(tmp_path_factory.mktemp("product"), elsewhere) as found:
        yield found


@pytest.fixture
def model(product: Product) -> Iterator[Model]:
    """The model's server, which fails on request."""
    server = Model(product)
    yield server
    server.recover()


@pytest.fixture
def library(product: Product, store: Backend) -> Library:
    """A business that nobody has used, and its index as it is stored."""
    return Library(sign_up(product.gateway), store.address)


@contextmanager
def started(backend: Backend) -> Iterator[Backend]:
    """The emulator while it runs."""
    quiet = subprocess.DEVNULL
    environment = {**own_environment(), "GOOGLE_CLOUD_PROJECT": PROJECT}
    process = subprocess.Popen(backend.command, env=environment, stdout=quiet, stderr=quiet)
    try:
        eventually(lambda: is_open(HOST, backend.port))
        yield backend
    finally:
        process.terminate()
        process.wait()
