"""What a client sees when services are slow, die, or are not there."""

from __future__ import annotations

import asyncio
import json
import socket
import threading

import pytest
import urllib3

REPLAYED = ["GET", "PUT", "POST"]


class FailsFirst:
    """Closes the connection without an answer for the first requests, then does as `then`."""

    def __init__(self, times: int, then) -> None:
        self.left = times
        self.then = then

    async def __call__(self, seen, writer) -> None:
        if self.left:
            self.left -= 1
            writer.transport.abort()
            raise ConnectionResetError
        await self.then(seen, writer)


@pytest.mark.parametrize("method", REPLAYED)
def test_a_service_that_dies_under_a_request_gets_it_again(gateway, things, http, method) -> None:
    things.behave = FailsFirst(2, http.echo)
    body = None if method == "GET" else b"{}"
    assert (
        gateway.send(method, "/v1/things/1" if method == "PUT" else "/v1/things", body=body).status
        == 200
    )
    assert len(things.seen) == 3


def test_a_repeated_post_has_the_same_idempotency_key(gateway, things, http) -> None:
    things.behave = FailsFirst(1, http.echo)
    gateway.send("POST", "/v1/things", body=b"{}")
    first, again = (seen.headers["idempotency-key"] for seen in things.seen)
    assert first == again
    gateway.send("POST", "/v1/things", {"X-Api-Key": "fd_sk_ada", "X-Request-Id": "same-for-both"})
    gateway.send("POST", "/v1/things", {"X-Api-Key": "fd_sk_ada", "X-Request-Id": "same-for-both"})
    assert len({seen.headers["idempotency-key"] for seen in things.seen}) == 3


def test_the_clients_own_idempotency_key_is_kept(gateway, things) -> None:
    headers = {"X-Api-Key": "fd_sk_ada", "Idempotency-Key": "order-1"}
    gateway.send("POST", "/v1/things", headers, body=b"{}")
    assert things.seen[0].headers["idempotency-key"] == "order-1"


def test_a_patch_is_never_sent_twice(gateway, things, http) -> None:
    things.behave = FailsFirst(1, http.echo)
    answer = gateway.send("PATCH", "/v1/things/1", body=b"{}")
    assert (answer.status, answer.json()["type"]) == (502, "/problems/bad-gateway")
    assert len(things.seen) == 1


def test_a_service_that_always_dies_is_given_up(gateway, things, http) -> None:
    things.behave = FailsFirst(99, http.echo)
    answer = gateway.send("GET", "/v1/things")
    assert (answer.status, answer.json()["type"]) == (502, "/problems/bad-gateway")
    assert len(things.seen) == 6


def test_a_retry_waits_for_the_first_try_that_is_still_at_work(gateway, things, http) -> None:
    tries = 0

    async def still_running(seen, writer) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            writer.transport.abort()
        elif tries == 2:
            writer.write(http.problem("request-in-progress", 409, retry_after="0"))
        else:
            await http.echo(seen, writer)

    things.behave = still_running
    assert gateway.send("POST", "/v1/things", body=b"{}").status == 200
    assert tries == 3


@pytest.mark.parametrize("slug", ["request-in-progress", "conflict"])
def test_a_conflict_on_the_first_try_is_the_clients(gateway, things, http, slug) -> None:
    async def conflict(_seen, writer) -> None:
        writer.write(http.problem(slug, 409))

    things.behave = conflict
    answer = gateway.send("POST", "/v1/things", body=b"{}")
    assert (answer.status, answer.json()["type"]) == (409, f"/problems/{slug}")
    assert len(things.seen) == 1


def test_a_service_that_starts_again_soon_is_not_noticed(gateway, things) -> None:
    things.stop()
    threading.Timer(0.3, things.start).start()
    assert gateway.send("POST", "/v1/things", body=b"{}").status == 200


def test_a_service_that_is_not_there_is_503_with_retry_after(gateway, things) -> None:
    things.stop()
    answer = gateway.send("GET", "/v1/things")
    assert (answer.status, answer.json()["type"]) == (503, "/problems/unavailable")
    assert answer.headers["retry-after"] == "2"


def test_a_connection_that_the_service_closed_while_idle_is_not_noticed(gateway, things) -> None:
    assert gateway.send("GET", "/v1/things").status == 200
    things.stop()
    things.start()
    assert gateway.send("POST", "/v1/things", body=b"{}").status == 200


def test_a_slow_service_is_cut_at_the_clients_deadline(gateway, things) -> None:
    async def slow(_seen, _writer) -> None:
        await asyncio.sleep(30)

    things.behave = slow
    headers = {"X-Api-Key": "fd_sk_ada", "X-Deadline-Ms": "200"}
    answer = gateway.send("GET", "/v1/things", headers)
    assert (answer.status, answer.json()["type"]) == (504, "/problems/deadline-exceeded")
    assert int(things.seen[0].headers["x-deadline-ms"]) <= 200
    assert float(answer.headers["server-timing"].split("upstream;dur=")[1]) >= 190


def test_no_deadline_is_longer_than_the_services_own(gateway, things) -> None:
    gateway.send("GET", "/v1/short", {"X-Api-Key": "fd_sk_ada", "X-Deadline-Ms": "60000"})
    gateway.send("GET", "/v1/things")
    short, default = (int(seen.headers["x-deadline-ms"]) for seen in things.seen)
    assert short <= 1000
    assert 29_000 < default <= 30_000


@pytest.mark.parametrize("framing", ["content-length: 100", "transfer-encoding: chunked"])
def test_an_answer_that_breaks_off_never_looks_whole(gateway, things, framing, capfd) -> None:
    async def breaks_off(_seen, writer) -> None:
        part = b"5\r\nhello\r\n" if "chunked" in framing else b"hello"
        writer.write(f"HTTP/1.1 200 OK\r\n{framing}\r\n\r\n".encode() + part)
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.transport.abort()

    things.behave = breaks_off
    with pytest.raises((urllib3.exceptions.ProtocolError, urllib3.exceptions.IncompleteRead)):
        gateway.send("GET", "/v1/things")
    gateway.stop()
    line = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert (line["severity"], line["message"]) == ("ERROR", "GET /v1/things 200: CutOff")


def test_an_answer_that_is_not_http_is_a_bad_gateway(gateway, things) -> None:
    async def nonsense(_seen, writer) -> None:
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")

    things.behave = nonsense
    assert gateway.send("PATCH", "/v1/things/1", body=b"{}").status == 502


def test_requests_are_spread_over_the_addresses_that_answer(
    start, things, loop, http, addresses
) -> None:
    other = http.Scripted(loop)
    with socket.socket() as nobody:  # bound, so that nobody else can listen there
        nobody.bind(("127.0.0.1", 0))
        away = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        addresses["things"] = [things.url, away, other.url]
        gateway = start()
        assert {gateway.send("GET", "/v1/things").status for _ in range(12)} == {200}
    assert min(len(things.seen), len(other.seen)) >= 3
    other.stop()


def test_interim_answers_and_bodies_without_a_length_are_understood(gateway, things) -> None:
    async def old_fashioned(_seen, writer) -> None:
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\nX-Own: 1\r\n\r\nuntil the end")
        await writer.drain()
        writer.close()

    things.behave = old_fashioned
    answer = gateway.send("GET", "/v1/things")
    assert (answer.data, answer.headers["x-own"]) == (b"until the end", "1")
    assert "link" not in answer.headers


def test_an_empty_answer_passes(gateway, things) -> None:
    async def empty(_seen, writer) -> None:
        writer.write(b"HTTP/1.1 304 Not Modified\r\nETag: 1\r\nContent-Length: 10\r\n\r\n")

    things.behave = empty
    answer = gateway.send("GET", "/v1/things")
    assert (answer.status, answer.headers["etag"], answer.data) == (304, "1", b"")


def test_an_error_of_the_gateway_itself_says_nothing_about_it(start, capfd, tmp_path) -> None:
    gateway = start()
    (tmp_path / "openapi.json").mkdir()
    answer = gateway.send("GET", "/openapi.json", {})
    assert (answer.status, answer.json()["type"]) == (500, "/problems/internal-error")
    assert b"Traceback" not in answer.data
    gateway.stop()
    assert "IsADirectoryError" in capfd.readouterr().out
