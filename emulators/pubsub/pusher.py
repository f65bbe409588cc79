"""Pushes the messages of a subscription to its endpoint.

Source: cloud.google.com/pubsub/docs/push: which answers acknowledge, and the slow start.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from emulators.pubsub.broker import Broker
from emulators.pubsub.deliveries import Consumer, Delivery, State
from emulators.pubsub.http_client import HttpClient, HttpError
from emulators.pubsub.push_request import push_request
from emulators.pubsub.resources import Subscription

ACKNOWLEDGING = (102, 200, 201, 202, 204)
GRACE = 1.0  # seconds that a lease outlasts its request


@dataclass
class Window:
    """How many requests may be under way: one more after a success, half after a failure."""

    size: int = 4
    most: int = 16

    def succeeded(self) -> None:
        """The endpoint keeps up."""
        self.size = min(self.most, self.size + 1)

    def failed(self) -> None:
        """The endpoint does not."""
        self.size = max(1, self.size // 2)


class Pusher:
    """Runs as long as its subscription exists, and pushes while that has an endpoint."""

    def __init__(self, broker: Broker, subscription: Subscription, client: HttpClient) -> None:
        self._broker = broker
        self._subscription = subscription
        self._client = client
        self._window = Window()
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Ends with the subscription."""
        name = self._subscription.name
        try:
            while self._broker.catalog.subscriptions.get(name) is self._subscription:
                if self._subscription.endpoint:
                    self._send_what_fits()
                await self._subscription.bell.wait()
        finally:
            for sending in self._under_way:
                sending.cancel()

    def _send_what_fits(self) -> None:
        lease = self._subscription.config.ack_deadline_seconds + GRACE
        while len(self._under_way) < self._window.size:
            # a consumer of its own for each, so that an ordering key has one message out at a time
            arriving = self._broker.take(self._subscription, Consumer(), 1, lease)
            if not arriving:
                return
            for delivery in arriving:
                sending = asyncio.get_running_loop().create_task(self._push(delivery))
                self._under_way.add(sending)
                sending.add_done_callback(self._done)

    def _done(self, sending: asyncio.Task[None]) -> None:
        self._under_way.discard(sending)
        self._subscription.bell.ring()

    async def _push(self, delivery: Delivery) -> None:
        ack_id, backlog = delivery.ack_id, self._subscription.backlog
        error = await self._post(delivery)
        if not error:
            self._window.succeeded()
            backlog.acknowledge(ack_id)
        else:
            self._window.failed()
            if delivery.state is State.LEASED and delivery.ack_id == ack_id:
                backlog.fail(delivery, self._broker.clock.now(), error)
        self._broker.settle([self._subscription])

    async def _post(self, delivery: Delivery) -> str:
        """What went wrong; empty when the endpoint acknowledged."""
        config = self._subscription.config
        headers, body = push_request(delivery, config, self._broker.clock.now())
        posting = self._client.post(config.push_config.push_endpoint, headers, body)
        try:
            status = await asyncio.wait_for(posting, config.ack_deadline_seconds)
        except TimeoutError:
            return "The endpoint did not answer in time."
        except (OSError, HttpError, UnicodeError) as wrong:
            return f"The endpoint could not be reached: {wrong}"
        return "" if status in ACKNOWLEDGING else f"The endpoint answered with status {status}."


class Pushers:
    """The running pushers, which share connections."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._client = HttpClient()
        self._running: set[asyncio.Task[None]] = set()

    def start(self, subscription: Subscription) -> None:
        """One for a new subscription, which may become a push subscription at any time."""
        pusher = Pusher(self._broker, subscription, self._client)
        running = asyncio.get_running_loop().create_task(pusher.run())
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    def stop(self) -> None:
        """All of them."""
        for running in self._running:
            running.cancel()
        self._client.close()
