"""What Pub/Sub is asked to do: messages published here arrive at an endpoint here."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from queue import SimpleQueue
from random import Random
from typing import Any
from uuid import uuid4

import grpc
import uvicorn
from google.pubsub_v1 import PubsubMessage, SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from emulators.stack.sockets import HOST
from tests.benchmarks.emulator_pair import PROJECT, publisher_client

MESSAGES, BATCH = 2000, 100
PAUSE_SECONDS = 0.1  # at most: a server that looks now and then must not be met in step
ACK_SECONDS = 60
PATIENCE = 60  # seconds without an arrival until a message counts as lost


class Endpoint:
    """An ASGI application that notes which message came when (`time.perf_counter`)."""

    def __init__(self, port: int) -> None:
        self.url = f"http://{HOST}:{port}/"
        self.arrivals: SimpleQueue[tuple[str, float]] = SimpleQueue()

    async def __call__(
        self,
        scope: Mapping[str, Any],
        receive: Callable[[], Awaitable[Mapping[str, Any]]],
        send: Callable[[Mapping[str, Any]], Awaitable[None]],
    ) -> None:
        body, more = b"", True
        while more:
            event = await receive()
            body, more = body + event.get("body", b""), event.get("more_body", False)
        arrived = time.perf_counter()
        data = base64.b64decode(json.loads(body)["message"]["data"])
        self.arrivals.put((data.decode(), arrived))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@contextmanager
def listening(port: int) -> Iterator[Endpoint]:
    """An endpoint on a thread of this process."""
    endpoint = Endpoint(port)
    config = uvicorn.Config(
        endpoint, HOST, port, lifespan="off", log_level="critical", access_log=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield endpoint
    finally:
        server.should_exit = True
        thread.join()


class Bus:
    """A topic whose one subscription pushes to the endpoint."""

    def __init__(self, address: str, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._random = Random(1)
        self._publisher = publisher_client(address)
        self._topic = f"projects/{PROJECT}/topics/bookings"
        self._publisher.create_topic(name=self._topic)
        transport = SubscriberGrpcTransport(channel=grpc.insecure_channel(address))
        SubscriberClient(transport=transport).create_subscription(
            {
                "name": f"projects/{PROJECT}/subscriptions/bookings",
                "topic": self._topic,
                "push_config": {"push_endpoint": endpoint.url},
                "ack_deadline_seconds": ACK_SECONDS,
            }
        )

    def one(self) -> float:
        """Milliseconds from publishing a message, at a random moment, to its arrival."""
        time.sleep(self._random.uniform(0, PAUSE_SECONDS))
        began = time.perf_counter()
        return (self._arrival(self._publish(1)) - began) * 1000

    def many(self) -> float:
        """Messages a second, published in batches of 100, until the last of 2,000 arrived."""
        began = time.perf_counter()
        sent = [key for _ in range(MESSAGES // BATCH) for key in self._publish(BATCH)]
        return MESSAGES / (self._arrival(sent) - began)

    def _publish(self, count: int) -> list[str]:
        keys = [uuid4().hex for _ in range(count)]
        messages = [PubsubMessage(data=key.encode()) for key in keys]
        self._publisher.publish(topic=self._topic, messages=messages)
        return keys

    def _arrival(self, keys: list[str]) -> float:
        """When the last of them came. Raises queue.Empty when one does not."""
        missing, last = set(keys), 0.0
        while missing:
            key, at = self._endpoint.arrivals.get(timeout=PATIENCE)
            if key in missing:
                missing.remove(key)
                last = max(last, at)
        return last
