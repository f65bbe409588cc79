"""The gateway under uvicorn, between a client and services whose behaviour a test scripts."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import urllib3
import uvicorn
from functions_framework.aio import create_asgi_app

MAIN = Path(__file__).parents[3] / "functions/platform/api_gateway/main.py"
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 3
PORTS = range(9330 + 10 * WORKER, 9340 + 10 * WORKER)
MANIFEST = """
services:
  api-gateway: {calls: [authentication]}
  authentication:
    routes: [POST /v1/login, GET /v1/me, "DELETE /v1/api-keys/{key_id}"]
    anonymous: [POST /v1/login]
    instance: {timeout: 30}
  things:
    routes:
      - GET /v1/things
      - POST /v1/things
      - GET /v1/things/{thing_id}
      - PUT /v1/things/{thing_id}
      - PATCH /v1/things/{thing_id}
      - GET /v1/things/{thing_id}/parts/{part}
    calls: [search]
    instance: {timeout: 60}
  search: {calls: [vectors]}
  vectors: {}
  short:
    routes: [GET /v1/short]
    instance: {timeout: 1}
"""
KEYS = {
    "fd_sk_ada": ("ten_ada", "api_key"),
    "fd_sk_bob": ("ten_bob", "api_key"),
    "jwt.of.ada": ("ten_ada", "user"),
    "fd_pk_widget": ("ten_ada", "visitor"),
}
ADA = {"X-Api-Key": "fd_sk_ada"}


@dataclass
class Seen:
    """A request as a service saw it; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Behaviour = Callable[[Seen, asyncio.StreamWriter], Awaitable[None]]


def response(body: bytes, status: int = 200, **headers: str) -> bytes:
    """An HTTP/1.1 response with a Content-Length."""
    fields = {"content-type": "application/json", "content-length": str(len(body))} | headers
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join([f"HTTP/1.1 {status} X", *lines, "", ""]).encode() + body


def problem(slug: str, status: int, **headers: str) -> bytes:
    """A problem as the services' runtime writes it."""
    body = {"type": f"/problems/{slug}", "title": slug, "status": status, "detail": f"it is {slug}"}
    headers = {"content-type": "application/problem+json"} | headers
    return response(json.dumps(body).encode(), status, **headers)


async def echo(seen: Seen, writer: asyncio.StreamWriter) -> None:
    """Answers with what was received."""
    body = {"method": seen.method, "target": seen.target, "size": len(seen.body)}
    writer.write(response(json.dumps(body | {"headers": seen.headers}).encode()))


def listener(port: int = 0) -> socket.socket:
    """A listening socket on a free port of those the tests may use."""
    for candidate in [port] if port else PORTS:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", candidate))
            sock.listen(128)
        except OSError:
            sock.close()
            continue
        return sock
    raise OSError("no free port")


class Scripted:
    """A service on a socket of its own that does what `behave` says and remembers what came."""

    def __init__(self, loop: asyncio.AbstractEventLoop, behave: Behaviour = echo) -> None:
        self.behave = behave
        self.seen: list[Seen] = []
        self.connections = 0
        self.closed = threading.Event()
        self._loop = loop
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listens, on the same port as before if there was one."""
        sock = listener(self.port)
        self.port = sock.getsockname()[1]
        self._server = self._run(asyncio.start_server(self._serve, sock=sock, limit=2**26))

    def stop(self) -> None:
        """Closes the port and every connection."""

        async def close() -> None:
            self._server.close()
            for writer in self._writers:
                writer.transport.abort()

        self._run(close())

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(5)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self.connections += 1
        try:
            while True:
                seen = await self._read(reader)
                self.seen.append(seen)
                await self.behave(seen, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            self.closed.set()
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Seen:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = b""
        if headers.get("transfer-encoding") == "chunked":
            while size := int(await reader.readline(), 16):
                body += (await reader.readexactly(size + 2))[:-2]
            await reader.readline()
        elif length := int(headers.get("content-length", 0)):
            body = await reader.readexactly(length)
        return Seen(method, target, headers, body)


@dataclass
class Authentication:
    """A stand-in for the Authentication service; `revoked` keys are refused."""

    service: Scripted
    revoked: set[str] = field(default_factory=set)
    delay: float = 0.0

    @property
    def exchanges(self) -> list[dict[str, Any]]:
        return [json.loads(s.body) for s in self.service.seen if s.target == "/internal/exchange"]

    async def behave(self, seen: Seen, writer: asyncio.StreamWriter) -> None:
        if seen.target != "/internal/exchange":
            await echo(seen, writer)
            return
        await asyncio.sleep(self.delay)
        asked = json.loads(seen.body)
        credential = asked["credential"]
        if credential not in KEYS or credential in self.revoked:
            writer.write(problem("revoked-credentials", 401))
            return
        tenant, kind = KEYS[credential]
        token = f"internal.{tenant}.{len(self.exchanges)}"
        answer = {"token": token, "expires_in": 60, "tenant_id": tenant, "kind": kind}
        answer |= {"subject": asked.get("visitor") or "usr_1", "scopes": ["read"]}
        writer.write(response(json.dumps(answer).encode()))


class Gateway:
    """The gateway on a port, and a client of it."""

    def __init__(self) -> None:
        app = create_asgi_app("handle", str(MAIN))
        sock = listener()
        self.port = sock.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._http = urllib3.PoolManager(retries=False, timeout=20)
        config = uvicorn.Config(app, log_level="error", lifespan="off", proxy_headers=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([sock],))
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join()

    def send(
        self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any
    ) -> urllib3.BaseHTTPResponse:
        """The answer to one request; Ada's API key is sent unless other headers are given."""
        headers = ADA if headers is None else headers
        return self._http.request(method, self.url + path, headers=headers, **options)

    def connect(self, request: bytes) -> socket.socket:
        """A bare connection on which a request has been sent."""
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        sock.sendall(request)
        return sock


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread, for the scripted services."""
    running = asyncio.new_event_loop()
    thread = threading.Thread(target=running.run_forever)
    thread.start()
    yield running
    asyncio.run_coroutine_threadsafe(_cancel_all(), running).result(5)
    running.call_soon_threadsafe(running.stop)
    thread.join()
    running.close()


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def things(loop: asyncio.AbstractEventLoop) -> Iterator[Scripted]:
    """The service behind /v1/things."""
    service = Scripted(loop)
    yield service
    service.stop()


@pytest.fixture
def authentication(loop: asyncio.AbstractEventLoop) -> Iterator[Authentication]:
    service = Scripted(loop)
    stand_in = Authentication(service)
    service.behave = stand_in.behave
    yield stand_in
    service.stop()


@pytest.fixture
def addresses(things: Scripted, authentication: Authentication) -> dict[str, Any]:
    """Where the services listen, by name."""
    urls = {"authentication": authentication.service.url}
    return urls | {"things": things.url, "short": things.url}


@pytest.fixture
def start(
    addresses: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Gateway]]:
    """Starts a gateway; keyword arguments are environment variables."""
    manifest = tmp_path / "services.yaml"
    manifest.write_text(MANIFEST)
    monkeypatch.setenv("FRONTDESK_MANIFEST", str(manifest))
    started: list[Gateway] = []

    def begin(**environment: str) -> Gateway:
        environment = {"SERVICE_URLS": json.dumps(addresses)} | environment
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        started.append(Gateway())
        return started[-1]

    yield begin
    for gateway in started:
        gateway.stop()


@pytest.fixture
def gateway(start: Callable[..., Gateway]) -> Gateway:
    """A gateway as it starts by default."""
    return start()


@pytest.fixture
def http() -> SimpleNamespace:
    """What tests script services with."""
    return SimpleNamespace(response=response, problem=problem, echo=echo, Scripted=Scripted)
