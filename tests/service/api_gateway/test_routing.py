"""Which service answers, and what the gateway answers itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


def test_a_request_reaches_the_service_that_the_manifest_names(gateway, things) -> None:
    answer = gateway.send("GET", "/v1/things/t%201/parts/p?limit=3&q=a%20b")
    assert answer.status == 200
    assert answer.json()["target"] == "/v1/things/t%201/parts/p?limit=3&q=a%20b"
    assert len(things.seen) == 1


def test_a_body_arrives_as_it_was_sent(gateway, things) -> None:
    answer = gateway.send("POST", "/v1/things", body=b'{"a": 1}')
    assert answer.json()["size"] == 8
    assert things.seen[0].body == b'{"a": 1}'


def test_connections_to_a_service_are_kept_and_used_again(gateway, things) -> None:
    assert {gateway.send("POST", "/v1/things", body=b"{}").status for _ in range(5)} == {200}
    assert things.connections == 1


def test_an_unknown_path_is_a_404_problem_with_the_request_id(gateway, things) -> None:
    answer = gateway.send("GET", "/v1/nothing", {"X-Request-Id": "my-request-1"})
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["type"] == "/problems/not-found"
    assert answer.json()["request_id"] == answer.headers["x-request-id"] == "my-request-1"
    assert things.seen == []


def test_a_wrong_method_is_405_and_names_the_right_ones(gateway) -> None:
    answer = gateway.send("DELETE", "/v1/things")
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_head_is_get_without_the_body(gateway, things) -> None:
    answer = gateway.send("HEAD", "/v1/things")
    assert (answer.status, answer.data) == (200, b"")
    assert int(answer.headers["content-length"]) > 100
    assert things.seen[0].method == "GET"
    assert gateway.send("GET", "/v1/things").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/internal/exchange",
        "/events",
        "/v1/things/..%2f..%2finternal%2fexchange",
        "/v1/things/%2e%2e",
        "/v1/things/../things",
        "//v1/things",
        "/v1/things/",
    ],
)
def test_no_other_path_of_a_service_can_be_reached(gateway, things, authentication, path) -> None:
    connection = gateway.connect(
        f"GET {path} HTTP/1.1\r\nHost: x\r\nX-Api-Key: fd_sk_ada\r\n\r\n".encode()
    )
    assert connection.makefile("rb").readline() == b"HTTP/1.1 404 Not Found\r\n"
    assert things.seen == authentication.service.seen == []


def test_the_root_says_what_this_is(gateway) -> None:
    assert gateway.send("GET", "/", {}).json()["links"]["openapi"] == "/openapi.json"
    assert gateway.send("POST", "/", {}).status == 405


def test_readiness_needs_authentication_and_health_does_not(gateway, authentication) -> None:
    assert gateway.send("GET", "/readyz", {}).status == 200
    authentication.service.stop()
    assert gateway.send("GET", "/healthz", {}).status == 200
    assert gateway.send("GET", "/readyz", {}).status in (503, 504)


def test_the_openapi_document_beside_the_manifest_is_served(gateway, tmp_path: Path) -> None:
    assert gateway.send("GET", "/openapi.json", {}).status == 404
    (tmp_path / "openapi.json").write_text(json.dumps({"openapi": "3.0.3"}))
    assert gateway.send("GET", "/openapi.json", {}).json() == {"openapi": "3.0.3"}


def test_a_preflight_needs_no_credentials(gateway, things) -> None:
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    answer = gateway.send("OPTIONS", "/v1/things", asked)
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "X-Api-Key" in answer.headers["access-control-allow-headers"]
    assert gateway.send("OPTIONS", "/v1/nothing", asked).status == 404
    assert things.seen == []


def test_every_answer_may_be_read_by_a_browser(gateway) -> None:
    for path in ("/v1/things", "/v1/nothing", "/healthz"):
        answer = gateway.send("GET", path)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "RateLimit-Remaining" in answer.headers["access-control-expose-headers"]


def test_a_request_leaves_one_line_in_cloud_loggings_format(gateway, capfd) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    gateway.send("GET", "/v1/things?q=private", {"X-Api-Key": "fd_sk_ada", "traceparent": trace})
    gateway.stop()
    written = capfd.readouterr().out
    (line,) = (json.loads(text) for text in written.splitlines())
    assert line["severity"] == "INFO"
    assert line["httpRequest"]["status"] == 200
    assert line["httpRequest"]["latency"].endswith("s")
    assert line["logging.googleapis.com/trace"].endswith("/4bf92f3577b34da6a3ce929d0e0e4736")
    assert line["logging.googleapis.com/labels"]["tenant"] == "ten_ada"
    assert "private" not in written
    assert "fd_sk_ada" not in written
