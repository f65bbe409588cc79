"""Who gets in, and what the service behind is told about it."""

from __future__ import annotations

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest


def test_no_credentials_are_401_and_say_how_to_send_them(gateway, things) -> None:
    answer = gateway.send("GET", "/v1/things", {})
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["type"] == "/problems/unauthenticated"
    assert things.seen == []


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Api-Key": "fd_sk_ada"},
        {"Authorization": "Bearer fd_sk_ada"},
        {"Authorization": "bearer jwt.of.ada"},
        {"Authorization": "Bearer fd_pk_widget"},
        {"Authorization": "Bearer googles", "X-Forwarded-Authorization": "Bearer jwt.of.ada"},
    ],
)
def test_every_kind_of_credential_becomes_an_internal_token(gateway, things, headers) -> None:
    assert gateway.send("GET", "/v1/things", headers).status == 200
    assert things.seen[0].headers["authorization"] == "Bearer internal.ten_ada.1"
    assert "x-forwarded-authorization" not in things.seen[0].headers
    assert "x-api-key" not in things.seen[0].headers


@pytest.mark.parametrize("text", ["fd_sk_unknown", "x" * 5000])
def test_a_refused_credential_is_refused_with_a_problem(gateway, things, text) -> None:
    answer = gateway.send("GET", "/v1/things", {"X-Api-Key": text})
    assert answer.status == 401
    assert answer.json()["type"].endswith("credentials" if len(text) < 100 else "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert things.seen == []


def test_an_anonymous_route_is_passed_on_without_any_token(gateway, authentication) -> None:
    assert gateway.send("POST", "/v1/login", {}, body=b"{}").status == 200
    stale = {"Authorization": "Bearer expired", "X-Api-Key": "fd_sk_ada"}
    assert gateway.send("POST", "/v1/login", stale, body=b"{}").status == 200
    assert authentication.exchanges == []
    assert all("authorization" not in seen.headers for seen in authentication.service.seen)


def test_a_token_is_for_the_service_and_all_that_it_may_call(gateway, authentication) -> None:
    gateway.send("GET", "/v1/things")
    gateway.send("GET", "/v1/me")
    audiences = [exchange["audience"] for exchange in authentication.exchanges]
    assert audiences == [["search", "things", "vectors"], ["authentication"]]


def test_a_client_cannot_say_what_only_the_gateway_may(gateway, things) -> None:
    forged = {
        "X-Api-Key": "fd_sk_ada",
        "Authorization": "Bearer forged",
        "X-Serverless-Authorization": "Bearer forged",
        "X-Client-Ip": "6.6.6.6",
        "X-Forwarded-For": "6.6.6.6",
        "Forwarded": "for=6.6.6.6",
        "X-Deadline-Ms": "99999999",
        "X-Request-Id": "bad id\t",
        "traceparent": "00-0-0-00",
        "Cookie": "a=b",
        "Connection": "keep-alive, x-client-ip, X-Custom",
        "X-Custom": "for this connection only",
        "TE": "trailers",
        "Accept-Language": "de",
    }
    gateway.send("GET", "/v1/things", forged)
    seen = things.seen[0].headers
    assert seen["authorization"] == "Bearer internal.ten_ada.1"
    assert seen["x-client-ip"] == seen["x-forwarded-for"] == "127.0.0.1"
    assert int(seen["x-deadline-ms"]) <= 60_000
    assert len(seen["x-request-id"]) == 32
    assert len(seen["traceparent"]) == 55
    assert seen["accept-language"] == "de"
    dropped = {"x-serverless-authorization", "forwarded", "cookie", "connection", "x-custom", "te"}
    assert not dropped & seen.keys()


def test_ids_of_the_client_are_kept(gateway, things) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    headers = {"X-Api-Key": "fd_sk_ada", "X-Request-Id": "shop-42.a_b", "traceparent": trace}
    answer = gateway.send("GET", "/v1/things", headers)
    assert answer.headers["x-request-id"] == things.seen[0].headers["x-request-id"] == "shop-42.a_b"
    assert things.seen[0].headers["traceparent"] == trace


def test_a_credential_is_exchanged_once_in_a_while_and_by_one_call(gateway, authentication) -> None:
    authentication.delay = 0.2
    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(lambda _: gateway.send("GET", "/v1/things"), range(16)))
    assert {answer.status for answer in answers} == {200}
    assert len(authentication.exchanges) == 1


def test_tokens_are_kept_apart_by_tenant(gateway, things) -> None:
    for key in ("fd_sk_ada", "fd_sk_bob", "fd_sk_ada"):
        gateway.send("GET", "/v1/things", {"X-Api-Key": key})
    tenants = [seen.headers["authorization"].split(".")[1] for seen in things.seen]
    assert tenants == ["ten_ada", "ten_bob", "ten_ada"]


def test_a_revoked_key_is_refused_at_once(gateway, authentication) -> None:
    bob = {"X-Api-Key": "fd_sk_bob"}
    assert gateway.send("GET", "/v1/things").status == 200
    assert gateway.send("GET", "/v1/things", bob).status == 200
    authentication.revoked = {"fd_sk_ada", "fd_sk_bob"}
    user = {"Authorization": "Bearer jwt.of.ada"}
    assert gateway.send("DELETE", "/v1/api-keys/key_1", user).status == 200
    assert gateway.send("GET", "/v1/things").status == 401
    assert gateway.send("GET", "/v1/things", bob).status == 200  # another tenant's is still kept


def test_visitors_of_one_key_are_told_apart(gateway, authentication) -> None:
    for visitor in ("visitor-1", "visitor-2", None, "127.0.0.1"):
        headers = {"X-Api-Key": "fd_pk_widget"} | ({"X-Visitor-Id": visitor} if visitor else {})
        assert gateway.send("GET", "/v1/things", headers).status == 200
    visitors = [exchange["visitor"] for exchange in authentication.exchanges]
    assert visitors == ["visitor-1", "visitor-2", "ip:127.0.0.1", "127.0.0.1"]


@pytest.mark.parametrize("visitor", ["short", "ip:127.0.0.1", "x" * 201])
def test_a_visitor_cannot_take_any_name(gateway, visitor) -> None:
    headers = {"X-Api-Key": "fd_pk_widget", "X-Visitor-Id": visitor}
    assert gateway.send("GET", "/v1/things", headers).status == 400


def test_authentication_being_away_is_503_not_401(gateway, authentication) -> None:
    authentication.service.stop()
    answer = gateway.send("GET", "/v1/things")
    assert answer.status == 503
    assert answer.headers["retry-after"] == "2"


def test_nonsense_from_authentication_is_a_bad_gateway(gateway, authentication, http) -> None:
    async def nonsense(_seen, writer) -> None:
        writer.write(http.response(b'{"token": 1}'))

    authentication.service.behave = nonsense
    assert gateway.send("GET", "/v1/things").status == 502


def test_in_the_cloud_a_service_is_shown_googles_id_token(start, things, loop, http) -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": time.time() + 3600}).encode()).rstrip(b"=")

    async def give_token(_seen, writer) -> None:
        writer.write(http.response(b"head." + claims + b".signature"))

    metadata = http.Scripted(loop, give_token)
    gateway = start(K_SERVICE="api-gateway", GCE_METADATA_HOST=f"127.0.0.1:{metadata.port}")
    forwarded = {"X-Api-Key": "fd_sk_ada", "X-Forwarded-For": "6.6.6.6, 203.0.113.9"}
    assert gateway.send("GET", "/v1/things", forwarded).status == 200
    assert gateway.send("GET", "/v1/things").status == 200
    seen = things.seen[0].headers
    assert seen["x-serverless-authorization"] == f"Bearer head.{claims.decode()}.signature"
    assert seen["x-client-ip"] == "203.0.113.9"
    assert len(metadata.seen) == 2  # one for each service
    assert metadata.seen[0].headers["metadata-flavor"] == "Google"
    assert metadata.seen[1].target.endswith(f"?audience=http%3A%2F%2F127.0.0.1%3A{things.port}")
    metadata.stop()
