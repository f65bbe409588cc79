"""What a service says about its work: log lines, traces and measures."""

import contextvars
import json
import time

import pytest

from shared.cloud import pubsub
from shared.contracts.platform import RequestsMeasured
from shared.runtime import Service, log
from shared.runtime.context import current
from shared.runtime.measure import bucket
from tests.runtime.orders import OrderPlaced

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
LABELS = "logging.googleapis.com/labels"


def test_a_request_is_one_line_with_what_cloud_logging_knows(door, lines, tenant):
    parent = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", "X-Request-Id": "req_of_a_test"}
    door("GET", "/v1/orders?limit=1", headers=parent)
    (line,) = lines()
    assert line["severity"] == "INFO"
    assert line["logging.googleapis.com/trace"].endswith(f"/traces/{TRACE}")
    assert line["logging.googleapis.com/trace_sampled"] is True
    assert len(line["logging.googleapis.com/spanId"]) == 16
    assert line[LABELS] == {
        "service": door.orders.service.name,
        "request_id": "req_of_a_test",
        "tenant": tenant,
    }
    request = line["httpRequest"]
    assert (request["requestMethod"], request["status"]) == ("GET", 200)
    assert request["requestUrl"] == "/v1/orders"  # a query may hold secrets
    assert 0 <= float(request["latency"].removesuffix("s")) < 60


@pytest.mark.parametrize("parent", ["", "nonsense", f"00-{'0' * 32}-00f067aa0ba902b7-01"])
def test_without_a_parent_a_trace_begins(door, lines, parent):
    door("GET", "/healthz", headers={"traceparent": parent})
    trace = lines()[0]["logging.googleapis.com/trace"].rpartition("/")[2]
    assert len(trace) == 32
    assert trace not in (TRACE, "0" * 32)


def test_a_trace_that_is_not_sampled_stays_so(door, lines):
    door("GET", "/healthz", headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-00"})
    assert lines()[0]["logging.googleapis.com/trace_sampled"] is False


def test_a_trace_goes_from_the_request_through_the_bus_to_the_consumer(door, bus, lines):
    parent = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", "X-Request-Id": "req_of_a_test"}
    door("POST", "/v1/orders", {"item": "tea"}, headers=parent)
    lines()
    (message,) = bus.received()
    door.redeliver(message)
    (line,) = lines()
    assert line["logging.googleapis.com/trace"].endswith(TRACE)
    assert line[LABELS]["request_id"] == "req_of_a_test"
    assert line[LABELS]["tenant"] == door.tenant


@pytest.fixture
def talkative(serve, service_name):
    """A service whose handler notes things, and fails if it is told to."""
    service = Service(service_name, keys=str)

    @service.get("/v1/notes", anonymous=True)
    def notes() -> None:
        log("DEBUG", "first", detail=1)
        log("INFO", "between", moment=object)
        log("DEBUG", "second", detail=2)

    @service.get("/v1/fails", anonymous=True)
    def fails() -> None:
        notes()
        raise RuntimeError

    return serve(service)


def test_debug_lines_are_dropped_when_all_went_well(talkative, lines):
    talkative.get("/v1/notes")
    assert [line["message"] for line in lines()] == ["between", "request"]


def test_debug_lines_are_written_when_the_request_failed(talkative, lines):
    talkative.get("/v1/fails")
    written = lines()
    assert [line["message"] for line in written] == [
        "between",
        "unhandled error",
        "first",
        "second",
        "request",
    ]
    assert written[2]["detail"] == 1
    assert len({line[LABELS]["request_id"] for line in written}) == 1


def test_a_refused_request_is_no_error_of_ours(door, lines):
    door("POST", "/v1/orders", {})
    (line,) = lines()
    assert (line["severity"], line["httpRequest"]["status"]) == ("INFO", 422)


class TestMeasures:
    """Counts and latencies, published once a minute."""

    @pytest.fixture
    def published(self, monkeypatch):
        """Events that measures were published in; the bus gets nothing else."""
        events = []

        def publish(topic, messages, timeout):
            if topic == RequestsMeasured.type:
                events.extend(RequestsMeasured.model_validate_json(m["data"]) for m in messages)

        monkeypatch.setattr(pubsub, "publish", publish)
        return events

    @pytest.fixture
    def minutes(self, monkeypatch):
        """Moves the monotonic clock on."""
        real, ahead = time.monotonic, [0.0]
        monkeypatch.setattr(time, "monotonic", lambda: real() + ahead[0])

        def move(count):
            ahead[0] += 60 * count

        return move

    def test_they_are_published_once_a_minute(self, door, published, minutes):
        for _ in range(3):
            door("GET", "/healthz")
        assert published == []
        minutes(1)
        door("GET", "/healthz")
        door("GET", "/healthz")
        assert len(published) == 1
        minutes(1)
        door("GET", "/healthz")
        assert [sum(route.count for route in event.routes) for event in published] == [4, 2]

    def test_requests_are_counted_by_route_and_status(self, door, published, minutes):
        order_id = door("POST", "/v1/orders", {"item": "tea"}).get_json()["id"]
        door("GET", f"/v1/orders/{order_id}")
        door("GET", "/v1/orders/ord_1")
        door("GET", "/v1/orders/ord_2")
        door("GET", "/a/path/that/somebody/guessed")
        door.push(OrderPlaced(order_id="ord_1"))
        minutes(1)
        door.tick()
        counts = {(route.route, route.status): route.count for route in published[0].routes}
        assert counts == {
            ("POST /v1/orders", 201): 1,
            ("GET /v1/orders/{order_id}", 200): 1,
            ("GET /v1/orders/{order_id}", 404): 2,
            ("unmatched", 404): 1,
            (f"event {OrderPlaced.type}", 204): 1,
            ("event runtime.tick.v1", 204): 1,
        }
        assert all(sum(route.latency.values()) == route.count for route in published[0].routes)

    def test_a_lost_sample_is_no_failed_request(self, door, minutes, monkeypatch, lines):
        def refuse(*_, **__):
            raise ConnectionError("the bus is down")

        monkeypatch.setattr(pubsub, "publish", refuse)
        minutes(1)
        assert door("GET", "/healthz").status_code == 200
        assert "measures were lost" in [line["message"] for line in lines()]

    @pytest.mark.parametrize("seconds", [1e-6, 0.0015, 0.1, 2.5, 300])
    def test_a_bucket_is_at_most_ten_percent_off(self, seconds):
        upper = 1.1 ** bucket(seconds) / 1e6
        assert seconds <= upper * (1 + 1e-9)
        assert upper <= seconds * 1.1 * (1 + 1e-9)

    def test_nothing_is_shorter_than_the_first_bucket(self):
        assert bucket(0) == 0


def test_outside_of_a_request_there_is_no_deadline_to_run_out():
    first, second = contextvars.Context().run(lambda: (current(), current()))
    assert first.request_id != second.request_id


def test_lines_are_json_whatever_is_logged(capsys):
    log("INFO", "odd", value=b"\xff", moment=time, nested={"a": {1, 2}})
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["message"] == "odd"
