"""The back ends, a fresh project on each, and clients for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import pytest
from google.cloud import firestore

from emulators.stack.errors import StackError
from tests.conformance import backends, differences
from tests.conformance.backends import Backend
from tests.conformance.pubsub.bus import Bus


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", f"{differences.MARK}(backend, how, source): that back end fails the check"
    )
    config.addinivalue_line("filterwarnings", "ignore:The return_immediately flag is deprecated")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A declared difference must show on its back end, and only there."""
    for item in items:
        for mark in item.iter_markers(differences.MARK):
            departing, how, _ = mark.args
            if _backend_of(item) == departing:
                item.add_marker(pytest.mark.xfail(reason=how, strict=True))


def _backend_of(item: pytest.Item) -> str | None:
    call = getattr(item, "callspec", None)
    return call.params.get("backend") if call else None


@pytest.fixture(scope="session", params=backends.NAMES)
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Running emulators: the embedded ones, then Google's where they are installed."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(backends.running(request.param))
        except StackError as missing:
            if request.param == "embedded":
                raise
            pytest.skip(str(missing))
        yield running


@pytest.fixture
def project() -> str:
    """A project that nobody has used."""
    return f"conformance-{uuid4().hex[:12]}"


@pytest.fixture
def db(
    backend: Backend, project: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[firestore.Client]:
    """A Firestore client for an empty database."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", backend.firestore)
    client = firestore.Client(project=project)
    yield client
    client.close()


@pytest.fixture
def bus(backend: Backend, project: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
    """Pub/Sub clients for an empty project."""
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", backend.pubsub)
    clients = Bus(project)
    yield clients
    clients.close()
