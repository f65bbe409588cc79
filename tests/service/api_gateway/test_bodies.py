"""Long request bodies: passed through, limited, and refused so that the client sees it."""

from __future__ import annotations

import asyncio
import io
import time
import urllib.error
import urllib.request

import pytest
import urllib3

MiB = 1024 * 1024
SECRET = {"X-Api-Key": "fd_sk_ada", "Content-Type": "application/octet-stream"}


def chunks(size: int):
    """A body whose length the client does not tell."""
    for _ in range(size // MiB):
        yield b"x" * MiB


@pytest.mark.parametrize("body", [b"x" * (9 * MiB), None])
def test_a_long_body_passes_whole(gateway, things, body) -> None:
    answer = gateway.send("POST", "/v1/things", SECRET, body=body or chunks(9 * MiB))
    assert answer.json()["size"] == 9 * MiB
    framing = {"content-length", "transfer-encoding"} & things.seen[0].headers.keys()
    assert framing == ({"content-length"} if body else {"transfer-encoding"})


def test_a_short_chunked_body_can_be_sent_again(gateway, things, http) -> None:
    tries = 0

    async def dies_once(seen, writer) -> None:
        nonlocal tries
        tries += 1
        await http.echo(seen, writer) if tries > 1 else writer.transport.abort()

    things.behave = dies_once
    answer = gateway.send("POST", "/v1/things", SECRET, body=iter([b"a", b"b"]))
    assert (answer.status, answer.json()["size"], tries) == (200, 2, 2)


def test_a_long_body_is_not_sent_twice(gateway, things) -> None:
    async def dies(_seen, writer) -> None:
        writer.transport.abort()

    things.behave = dies
    assert gateway.send("POST", "/v1/things", SECRET, body=b"x" * 2 * MiB).status == 502
    assert len(things.seen) == 1


@pytest.mark.parametrize("size", [36, 60])
def test_a_body_over_the_limit_is_413_for_urllib(gateway, things, size) -> None:
    url = f"{gateway.url}/v1/things"
    request = urllib.request.Request(url, data=b"x" * size * MiB, headers=SECRET)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=30)
    assert refused.value.code == 413
    assert b"/problems/payload-too-large" in refused.value.read()
    assert things.seen == []


def test_a_long_body_without_credentials_is_told_so(gateway) -> None:
    request = urllib.request.Request(f"{gateway.url}/v1/things", data=b"x" * 60 * MiB)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=30)
    assert refused.value.code == 401


def test_a_body_over_the_limit_is_413_for_httpx(gateway, things) -> None:
    httpx = pytest.importorskip("httpx")
    answer = httpx.post(f"{gateway.url}/v1/things", content=b"x" * 60 * MiB, headers=SECRET)
    assert answer.status_code == 413
    assert things.seen == []


def test_a_chunked_body_that_grows_over_the_limit_is_413(gateway, things) -> None:
    answer = gateway.send("POST", "/v1/things", SECRET, body=chunks(60 * MiB))
    assert (answer.status, answer.json()["type"]) == (413, "/problems/payload-too-large")
    assert things.seen == []  # the service never got a whole request


def test_a_service_may_refuse_before_it_has_read_the_body(
    gateway, things, http, monkeypatch
) -> None:
    async def only_the_head(reader):
        head = await reader.readuntil(b"\r\n\r\n")
        return head.split(b"\r\n")[0]

    async def refuse(_seen, writer) -> None:
        writer.write(http.problem("unsupported-media-type", 415))
        await writer.drain()
        await asyncio.sleep(0.2)
        writer.close()

    monkeypatch.setattr(things, "_read", only_the_head)
    things.behave = refuse
    url = f"{gateway.url}/v1/things"
    request = urllib.request.Request(url, data=b"x" * 20 * MiB, headers=SECRET)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=30)
    assert refused.value.code == 415


def test_a_client_that_leaves_during_its_upload_leaves_nothing_behind(gateway, things) -> None:
    head = "POST /v1/things HTTP/1.1\r\nHost: x\r\nX-Api-Key: fd_sk_ada\r\n"
    length = f"Content-Length: {9 * MiB}\r\n\r\n"
    connection = gateway.connect((head + length).encode() + b"x" * 3 * MiB)
    time.sleep(0.2)
    connection.close()
    assert things.closed.wait(5)
    assert things.seen == []


def test_expect_100_continue_is_answered(gateway, things) -> None:
    head = (
        "POST /v1/things HTTP/1.1\r\nHost: x\r\nX-Api-Key: fd_sk_ada\r\n"
        "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    )
    connection = gateway.connect(head.encode())
    assert connection.recv(100).startswith(b"HTTP/1.1 100 Continue")
    connection.sendall(b"{}")
    assert b"200" in io.BytesIO(connection.recv(4096)).readline()
    assert things.seen[0].body == b"{}"


def test_a_client_that_waits_before_it_sends_is_refused_at_once(gateway) -> None:
    head = "POST /v1/things HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
    connection = gateway.connect(f"{head}Content-Length: {60 * MiB}\r\n\r\n".encode())
    assert connection.recv(100).startswith(b"HTTP/1.1 401")


def test_a_long_answer_passes_whole(gateway, things, http) -> None:
    async def long(_seen, writer) -> None:
        writer.write(http.response(b"y" * 20 * MiB))

    things.behave = long
    pool = urllib3.PoolManager()
    answer = pool.request("GET", f"{gateway.url}/v1/things", headers=SECRET)
    assert len(answer.data) == int(answer.headers["content-length"]) == 20 * MiB
