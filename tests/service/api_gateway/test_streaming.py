"""Server-sent events pass one by one, and end when either side leaves."""

from __future__ import annotations

import asyncio
import threading

GET = b"GET /v1/things HTTP/1.1\r\nHost: x\r\nX-Api-Key: fd_sk_ada\r\n\r\n"
EVENT = b"data: %d\n\n"


class Events:
    """Sends one event each time `more` is set, without an end."""

    def __init__(self) -> None:
        self.more = threading.Semaphore(0)

    async def __call__(self, _seen, writer) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
        writer.write(head + b"Transfer-Encoding: chunked\r\n\r\n")
        number = 0
        while True:
            await asyncio.to_thread(self.more.acquire, timeout=0.5)
            number += 1
            event = EVENT % number
            writer.write(b"%x\r\n%b\r\n" % (len(event), event))
            await writer.drain()


def test_events_pass_one_by_one(gateway, things) -> None:
    things.behave = events = Events()
    answer = gateway.send("GET", "/v1/things", preload_content=False)
    assert answer.headers["content-type"] == "text/event-stream"
    for number in (1, 2, 3):
        events.more.release()
        assert answer.read1(100) == EVENT % number
    answer.close()


def test_the_service_sees_when_the_client_of_a_stream_leaves(gateway, things) -> None:
    things.behave = Events()
    connection = gateway.connect(GET)
    assert connection.recv(4096).startswith(b"HTTP/1.1 200")
    connection.close()
    assert things.closed.wait(5)


def test_the_service_sees_when_a_waiting_client_leaves(gateway, things) -> None:
    asked, left = threading.Event(), threading.Event()

    async def waits(_seen, writer) -> None:
        asked.set()
        while not writer.transport.is_closing():
            writer.write(b"HTTP/1.1 102 Processing\r\n\r\n")
            await asyncio.sleep(0.05)
        left.set()

    things.behave = waits
    connection = gateway.connect(GET)
    assert asked.wait(5)
    connection.close()
    assert left.wait(5)


def test_a_stream_ends_with_the_services_own_timeout(gateway, things) -> None:
    things.behave = Events()
    request = GET.replace(b"/v1/things", b"/v1/short")
    connection = gateway.connect(request)
    received = b""
    while part := connection.recv(4096):
        received += part
    assert received.startswith(b"HTTP/1.1 200")
    assert b"data: 1" in received
    assert not received.endswith(b"0\r\n\r\n")
    assert things.closed.wait(5)
