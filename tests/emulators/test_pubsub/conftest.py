"""The Pub/Sub emulator on a thread, raw clients for it, and its admin API."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import grpc
import pytest
import urllib3
from google.pubsub_v1 import PublisherClient, SubscriberClient, types
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from emulators.pubsub.engine import PubSub
from emulators.rpc.admin import Admin
from emulators.rpc.clock import Clock
from emulators.rpc.faults import Faults
from emulators.rpc.journal import Journal
from emulators.rpc.server import serve

PROJECT = "projects/test-project"
TOPIC = f"{PROJECT}/topics/orders"
SUBSCRIPTION = f"{PROJECT}/subscriptions/worker"


class Bus:
    """One running emulator."""

    def __init__(self, port: int, admin: int) -> None:
        self.admin = f"http://127.0.0.1:{admin}"
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.publisher = PublisherClient(transport=PublisherGrpcTransport(channel=self.channel))
        self.subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=self.channel))

    def topic(self, name: str = TOPIC, **fields: Any) -> str:
        return self.publisher.create_topic(request={"name": name, **fields}).name

    def subscribe(self, name: str = SUBSCRIPTION, topic: str = TOPIC, **fields: Any) -> str:
        request = {"name": name, "topic": topic, **fields}
        return self.subscriber.create_subscription(request=request).name

    def publish(
        self, *texts: str, topic: str = TOPIC, key: str = "", **attributes: str
    ) -> list[str]:
        messages = [
            {"data": text.encode(), "ordering_key": key, "attributes": attributes} for text in texts
        ]
        return list(self.publisher.publish(topic=topic, messages=messages).message_ids)

    def pull(
        self, name: str = SUBSCRIPTION, most: int = 100, *, wait: bool = False
    ) -> list[types.ReceivedMessage]:
        request = {"subscription": name, "max_messages": most, "return_immediately": not wait}
        return list(self.subscriber.pull(request=request).received_messages)

    def ack(self, received: Sequence[types.ReceivedMessage], name: str = SUBSCRIPTION) -> None:
        ids = [one.ack_id for one in received]
        self.subscriber.acknowledge(subscription=name, ack_ids=ids)

    def nack(self, received: Sequence[types.ReceivedMessage], name: str = SUBSCRIPTION) -> None:
        self.extend(received, 0, name)

    def extend(
        self, received: Sequence[types.ReceivedMessage], seconds: int, name: str = SUBSCRIPTION
    ) -> None:
        ids = [one.ack_id for one in received]
        self.subscriber.modify_ack_deadline(
            subscription=name, ack_ids=ids, ack_deadline_seconds=seconds
        )

    def ask(self, method: str, path: str, /, **body: Any) -> bytes:
        answer = urllib3.request(method, f"{self.admin}{path}", json=body or None)
        assert answer.status < 300, answer.data
        return answer.data

    def advance(self, seconds: float) -> None:
        self.ask("POST", "/clock/advance", seconds=seconds)

    def export(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.ask("GET", "/export").splitlines()]


def texts(received: Sequence[types.ReceivedMessage]) -> list[str]:
    return [one.message.data.decode() for one in received]


@contextmanager
def running(data: Path | None = None) -> Iterator[Bus]:
    """An emulator that is stopped without being told to close its journal, as by SIGKILL."""
    ports = _free_ports(2)
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    stop = asyncio.run_coroutine_threadsafe(_start(data, *ports), loop).result(timeout=10)
    bus = Bus(*ports)
    try:
        yield bus
    finally:
        bus.channel.close()
        asyncio.run_coroutine_threadsafe(stop(), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()


async def _start(
    data: Path | None, port: int, admin_port: int
) -> Callable[[], Coroutine[Any, Any, None]]:
    clock, faults = Clock(), Faults()
    engine = PubSub(clock, Journal(data), faults)
    server = await serve(engine.services(), port)
    admin = await Admin([engine], faults, clock).serve(admin_port)

    async def stop() -> None:
        engine.stop()
        admin.close()
        await server.stop(0)

    return stop


@pytest.fixture
def bus() -> Iterator[Bus]:
    with running() as emulator:
        yield emulator


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
