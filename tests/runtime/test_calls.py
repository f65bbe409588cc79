"""Calls between services: in time, no more often than is safe, and with the caller's identity."""

import json
import socket
import time

import pytest

from shared.contracts.base import Model
from shared.runtime import Problem, Service, breaker, call, calls
from tests.runtime.callee import Callee

FAILED = (503, {"error": "down"})


class Word(Model):
    text: str


@pytest.fixture
def callee(monkeypatch):
    """Another service, found by the name `callee`, with a breaker that has seen nothing yet."""
    server = Callee()
    monkeypatch.setenv("SERVICE_URLS", json.dumps({"callee": server.url + "/"}))
    monkeypatch.setattr(calls, "BACKOFF_SECONDS", 0.0)
    calls._breakers.clear()
    yield server
    server.close()


@pytest.fixture
def ask(callee, serve, signer, tenant, service_name):
    """A service that calls the other one for whoever asks it."""
    service = Service(service_name, keys=signer.jwks)

    @service.get("/v1/safe")
    def safe() -> Word:
        return call("callee", "GET", "/word", None, Word)

    @service.post("/v1/once")
    def once(word: Word) -> Word:
        return call("callee", "POST", "/word", word, Word, safe=False)

    client = serve(service)
    token = signer.token(tenant, service_name)

    def asked(path="/v1/safe", **headers):
        sent = {"Authorization": f"Bearer {token}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        if path == "/v1/once":
            return client.post(path, json={"text": "a"}, headers=sent)
        return client.get(path, headers=sent)

    asked.token = token
    return asked


def test_the_answer_is_a_model(ask, callee):
    assert ask().get_json() == {"text": "hello"}
    assert ask("/v1/once").get_json() == {"text": "hello"}
    assert callee.bodies == [b"", b'{"text":"a"}']


def test_the_callers_token_trace_and_request_id_go_along(ask, callee):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    ask(traceparent=f"00-{trace}-00f067aa0ba902b7-01", X_Request_Id="req_of_a_test")
    (seen,) = callee.seen
    assert seen["Authorization"] == f"Bearer {ask.token}"
    assert seen["X-Request-Id"] == "req_of_a_test"
    version, passed, parent, flags = seen["traceparent"].split("-")
    assert (version, passed, flags) == ("00", trace, "01")
    assert parent != "00f067aa0ba902b7"


def test_what_is_left_of_the_deadline_goes_along(ask, callee):
    ask(X_Deadline_Ms="5000")
    ask()
    assert 3000 < int(callee.seen[0]["X-Deadline-Ms"]) <= 5000
    assert 20_000 < int(callee.seen[1]["X-Deadline-Ms"]) <= 30_000


def test_a_deadline_that_passes_is_504_and_no_retry(ask, callee):
    callee.before = lambda: time.sleep(0.5)
    late = ask(X_Deadline_Ms="100")
    assert (late.status_code, late.get_json()["type"]) == (504, "/problems/deadline-exceeded")
    assert len(callee.seen) == 1


def test_a_safe_call_is_tried_again(ask, callee):
    callee.answers = [FAILED, FAILED, (200, {"text": "at last"})]
    assert ask().get_json() == {"text": "at last"}
    assert len(callee.seen) == 3


def test_after_three_tries_it_is_503(ask, callee):
    callee.answers = [FAILED]
    failed = ask()
    assert (failed.status_code, failed.headers["Retry-After"]) == (503, "1")
    assert len(callee.seen) == 3


def test_an_unsafe_call_is_made_once(ask, callee):
    callee.answers = [FAILED]
    assert ask("/v1/once").status_code == 503
    assert len(callee.seen) == 1


def test_retries_are_a_budget(ask, callee, monkeypatch):
    """However much fails, retries add little to the load of who is down already."""
    monkeypatch.setattr(breaker, "FAILURES_TO_OPEN", 10_000)
    callee.answers = [FAILED]
    for _ in range(30):
        ask()
    assert len(callee.seen) == 30 + int(breaker.RETRY_RESERVE)


def test_the_breaker_opens_and_one_probe_closes_it(ask, callee, monkeypatch):
    callee.answers = [FAILED]
    for _ in range(2):
        ask()
    assert len(callee.seen) == breaker.FAILURES_TO_OPEN
    assert ask().status_code == 503
    assert len(callee.seen) == breaker.FAILURES_TO_OPEN
    callee.answers = [(200, {"text": "back"})]
    monkeypatch.setattr(time, "monotonic", in_the_future(breaker.OPEN_SECONDS))
    assert ask().get_json() == {"text": "back"}
    assert ask().get_json() == {"text": "back"}


def test_while_a_probe_is_out_nobody_else_gets_through(monkeypatch):
    watched = breaker.Breaker()
    for _ in range(breaker.FAILURES_TO_OPEN):
        watched.failed()
    assert not watched.allows()
    monkeypatch.setattr(time, "monotonic", in_the_future(breaker.OPEN_SECONDS))
    assert [watched.allows(), watched.allows(), watched.allows()] == [True, False, False]
    watched.failed()
    assert not watched.allows()


def in_the_future(seconds):
    real = time.monotonic
    return lambda: real() + seconds


def test_a_refusal_is_no_failure_of_the_callee(ask, callee):
    callee.answers = [(404, problem("not-found"))]
    for _ in range(10):
        assert ask().status_code == 404
    assert len(callee.seen) == 10


def problem(slug, **fields):
    return {"type": f"/problems/{slug}", "title": "t", "status": 400} | fields


@pytest.mark.parametrize("slug", ["not-found", "conflict", "forbidden", "rate-limited"])
def test_a_problem_of_the_callers_making_is_passed_on(ask, callee, slug):
    callee.answers = [(400, problem(slug, detail="Not like this.", code="c1"))]
    body = ask().get_json()
    assert body["type"] == f"/problems/{slug}"
    assert (body["detail"], body["code"]) == ("Not like this.", "c1")


def test_fields_that_the_callee_refused_are_named(ask, callee):
    errors = [{"field": "text", "message": "too long"}]
    callee.answers = [(422, problem("invalid-body", errors=errors))]
    assert ask("/v1/once").get_json()["errors"] == errors


@pytest.mark.parametrize(
    "answer",
    [
        (401, problem("unauthenticated")),
        (400, problem("one-we-do-not-know")),
        (404, b"<h1>Not found</h1>"),
        (200, b"not json"),
        (200, {"another": "shape"}),
        (302, b""),
    ],
)
def test_any_other_answer_is_a_bad_gateway(ask, callee, answer):
    callee.answers = [answer]
    assert ask().status_code == 502


def test_a_callee_that_is_not_there_is_503(ask, callee, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("SERVICE_URLS", json.dumps({"callee": f"http://127.0.0.1:{port}"}))
    assert ask().status_code == 503


def test_a_callee_that_nobody_declared_is_503(ask, callee, monkeypatch):
    monkeypatch.setenv("SERVICE_URLS", "{}")
    answer = ask()
    assert answer.status_code == 503
    assert answer.get_json()["detail"] == "The address of callee is not known."


def test_connections_are_kept(ask, callee):
    for _ in range(5):
        ask()
    assert callee.connections == 1


@pytest.mark.parametrize("path", ["/v1/safe", "/v1/once"])
def test_a_restarted_callee_is_reached_in_spite_of_the_old_connection(ask, callee, path):
    assert ask(path).status_code == 200
    callee.close()
    again = Callee(callee.port)
    assert ask(path).status_code == 200
    again.close()


def test_in_the_cloud_the_services_own_identity_goes_along(ask, callee, monkeypatch):
    monkeypatch.setenv("K_SERVICE", "orders")
    monkeypatch.setattr(calls, "_own_identity", lambda url: f"identity for {url}")
    ask()
    assert callee.seen[0]["X-Serverless-Authorization"] == f"Bearer identity for {callee.url}"


def test_public_keys_are_fetched_from_the_authority(callee):
    callee.answers = [(200, b'{"keys": []}'), FAILED]
    assert calls.fetch("callee", "/.well-known/jwks.json") == '{"keys": []}'
    with pytest.raises(Problem):
        calls.fetch("callee", "/.well-known/jwks.json")
