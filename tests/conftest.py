"""What tests of several folders need: Google's emulators, a tenant, signed tokens, a door."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import types
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask.testing import FlaskClient
from hypothesis import settings

from emulators.stack import backends
from emulators.stack.errors import StackError
from emulators.stack.processes import leashed
from emulators.stack.sockets import HOST, is_open
from shared.contracts.base import new_id
from shared.contracts.identity import INTERNAL_ISSUER
from shared.runtime import Service, context

# A test never depends on how busy the machine is.
settings.register_profile("frontdesk", deadline=None)
settings.load_profile("frontdesk")

START_SECONDS = 60
EMULATORS = {
    "FIRESTORE_EMULATOR_HOST": backends.firestore_command,
    "PUBSUB_EMULATOR_HOST": backends.pubsub_command,
}


@pytest.fixture(scope="session")
def google() -> Iterator[None]:
    """Firestore and Pub/Sub: at the addresses in the environment, else emulators of our own."""
    with ExitStack() as stack:
        for variable, command in EMULATORS.items():
            if not os.environ.get(variable):
                try:
                    os.environ[variable] = stack.enter_context(_running(command))
                except StackError as missing:
                    pytest.skip(str(missing))
                stack.callback(os.environ.pop, variable)
        os.environ.setdefault("GOOGLE_CLOUD_PROJECT", "frontdesk-tests")
        yield


class _running:
    """An emulator on a free port for as long as the context lasts; enters as its address."""

    def __init__(self, command: Callable[[int], tuple[str, ...]]) -> None:
        with socket.create_server((HOST, 0)) as free:
            self._port = free.getsockname()[1]
        self._command = command(self._port)

    def __enter__(self) -> str:
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(leashed(self._command), stdout=quiet, stderr=quiet)
        deadline = time.monotonic() + START_SECONDS
        while not is_open(HOST, self._port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._process.kill()
                raise StackError(f"did not start: {' '.join(self._command)}")
            time.sleep(0.1)
        return f"{HOST}:{self._port}"

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


@pytest.fixture
def tenant() -> str:
    """A tenant that nobody has used."""
    return new_id("ten")


class Signer:
    """Signs internal tokens as Authentication does; `jwks` is what services verify them with."""

    def __init__(self) -> None:
        self.rotate()

    def rotate(self) -> None:
        """From now on another key signs, and only it is published."""
        from joserfc.jwk import ECKey

        self.key = ECKey.generate_key("P-256", parameters={"kid": new_id("kid")})

    def jwks(self) -> str:
        return json.dumps({"keys": [self.key.as_dict(private=False)]})

    def token(
        self,
        tenant: str,
        audience: str,
        *,
        scopes: tuple[str, ...] = ("ask", "read", "write", "admin"),
        header: dict[str, str] | None = None,
        **changed: object,
    ) -> str:
        """A valid token but for the claims that are `changed`; None leaves one out."""
        from joserfc import jwt

        claims = {
            "iss": INTERNAL_ISSUER,
            "aud": [audience],
            "sub": "usr_1",
            "tenant": tenant,
            "kind": "user",
            "scopes": list(scopes),
            "exp": int(time.time()) + 60,
        } | changed
        present = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "ES256", "kid": self.key.kid} | (header or {}), present, self.key)


@pytest.fixture(scope="session")
def signer() -> Signer:
    return Signer()


Serve = Callable[[Service], FlaskClient]


@pytest.fixture
def serve(tmp_path, monkeypatch) -> Iterator[Serve]:
    """Serves a Service under the Functions Framework and gives the HTTP client for it.

    The client runs the service in the test's own thread: its last invocation, and with it an old
    deadline, must not last until the next test.
    """
    from functions_framework import create_app

    def served(service: Service) -> FlaskClient:
        held = types.ModuleType(f"held_{service.name.replace('-', '_')}")
        held.handle = service.entry_point
        monkeypatch.setitem(sys.modules, held.__name__, held)
        source = tmp_path / f"main_{held.__name__}.py"
        source.write_text(f"from {held.__name__} import handle\n")
        app = create_app("handle", str(source), "http")
        return app.test_client()

    yield served
    context._current.set(None)
