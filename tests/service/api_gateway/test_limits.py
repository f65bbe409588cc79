"""How many requests a tenant, a visitor and an address may send."""

from __future__ import annotations


def test_answers_say_what_is_left_of_the_tenants_limit(gateway) -> None:
    first, second = (gateway.send("GET", "/v1/things").headers for _ in range(2))
    assert first["ratelimit-limit"] == "1000"
    assert first["ratelimit-remaining"] == "999"
    assert int(second["ratelimit-remaining"]) < 1000
    assert second["ratelimit-reset"] == "1"


def test_a_tenant_over_its_limit_is_told_when_to_come_back(start, things) -> None:
    gateway = start(RATE_LIMIT_TENANT="2/60")
    statuses = [gateway.send("GET", "/v1/things").status for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = gateway.send("GET", "/v1/things")
    assert refused.json()["type"] == "/problems/rate-limited"
    assert refused.headers["ratelimit-remaining"] == "0"
    assert 28 <= int(refused.headers["retry-after"]) <= 30
    assert len(things.seen) == 2
    assert gateway.send("GET", "/v1/things", {"X-Api-Key": "fd_sk_bob"}).status == 200


def test_a_visitor_is_limited_by_address_whatever_name_it_takes(start) -> None:
    gateway = start(RATE_LIMIT_VISITOR="3/60")
    statuses = [
        gateway.send(
            "GET", "/v1/things", {"X-Api-Key": "fd_pk_widget", "X-Visitor-Id": name}
        ).status
        for name in ("visitor-1", "visitor-2", "visitor-3", "visitor-4")
    ]
    assert statuses == [200, 200, 200, 429]
    assert gateway.send("GET", "/v1/things").status == 200


def test_a_visitor_is_limited_by_name_whatever_address_it_has(start) -> None:
    gateway = start(RATE_LIMIT_VISITOR="2/60", TRUSTED_PROXIES="1")
    statuses = [
        gateway.send(
            "GET",
            "/v1/things",
            {"X-Api-Key": "fd_pk_widget", "X-Visitor-Id": "visitor-1", "X-Forwarded-For": address},
        ).status
        for address in ("203.0.113.1", "203.0.113.2", "203.0.113.3")
    ]
    assert statuses == [200, 200, 429]


def test_an_anonymous_route_is_limited_by_address(start, authentication) -> None:
    gateway = start(RATE_LIMIT_ANONYMOUS="2/60")
    answers = [gateway.send("POST", "/v1/login", {}, body=b"{}") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[1].headers["ratelimit-remaining"] == "0"
    assert len(authentication.service.seen) == 2
