"""What the gateway takes from a request, and what it does not believe."""

from __future__ import annotations

import pytest

from shared.gateway.inbound import Inbound
from shared.gateway.refusals import Refusal


def inbound(headers: dict[str, str], trusted_proxies: int = 0) -> Inbound:
    scope = {
        "method": "GET",
        "path": "/v1/a b",
        "raw_path": b"/v1/a%20b",
        "query_string": b"q=1",
        "scheme": "http",
        "client": ("192.0.2.1", 1234),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    return Inbound.of(scope, trusted_proxies)


def test_path_and_query_are_passed_on_as_sent() -> None:
    assert inbound({}).target == b"/v1/a%20b?q=1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "6.6.6.6", "192.0.2.1"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "", "192.0.2.1"),
    ],
)
def test_only_trusted_proxies_name_the_client(proxies, forwarded, address) -> None:
    assert inbound({"X-Forwarded-For": forwarded}, proxies).client_ip == address


def test_only_trusted_proxies_name_the_scheme() -> None:
    assert inbound({"X-Forwarded-Proto": "https"}).scheme == "http"
    assert inbound({"X-Forwarded-Proto": "https"}, 1).scheme == "https"


@pytest.mark.parametrize("text", ["short", "with space", "x" * 65, "a/b/c/d/e", ""])
def test_an_odd_request_id_is_replaced(text) -> None:
    assert len(inbound({"X-Request-Id": text}).request_id) == 32


@pytest.mark.parametrize(
    "text",
    [
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ],
)
def test_an_invalid_traceparent_is_replaced(text) -> None:
    assert inbound({"traceparent": text}).traceparent != text


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("5000", 5), ("0", 0.001), ("90000", 60), ("-1", 30), ("soon", 30), ("9" * 400, 30), ("", 30)],
)
def test_the_deadline_is_what_is_asked_within_reason(asked, seconds) -> None:
    request = inbound({"X-Deadline-Ms": asked})
    request.limit_time(60)
    assert request.deadline - request.started == pytest.approx(seconds)


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer "}, {"X-Api-Key": " "}],
)
def test_a_request_without_a_usable_credential_is_refused(headers) -> None:
    with pytest.raises(Refusal) as refused:
        inbound(headers).credential()
    assert refused.value.slug == "unauthenticated"
