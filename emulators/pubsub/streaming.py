"""StreamingPull: messages one way, acknowledgements and new deadlines the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from emulators.pubsub.backlog import Outcome
from emulators.pubsub.broker import Broker
from emulators.pubsub.checks import ACK_DEADLINE
from emulators.pubsub.deliveries import Consumer
from emulators.pubsub.protos import named
from emulators.pubsub.pulling import check_deadlines, check_ids, received, require_attached
from emulators.rpc.errors import InvalidArgument, NotFound, RpcError

MOST_AT_ONCE = 100
INITIAL_ONLY = ("max_outstanding_messages", "max_outstanding_bytes", "protocol_version")


async def streaming_pull(broker: Broker, requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """The responses of one stream, until the client closes its side.

    Raises InvalidArgument, NotFound, FailedPrecondition (detached).
    """
    requests = aiter(requests)
    first = await anext(requests, None)
    if first is None:
        raise InvalidArgument("The first request of a stream must name its subscription.")
    stream = Stream(broker, first)
    reading = asyncio.get_running_loop().create_task(stream.read(requests))
    try:
        async for response in stream.responses():
            yield response
    finally:
        reading.cancel()
        stream.close()


class Stream:
    """One call of StreamingPull."""

    def __init__(self, broker: Broker, first: Any) -> None:
        """`first` is the initial StreamingPullRequest."""
        self._broker = broker
        self._subscription = broker.subscription(first.subscription)
        self._lease = _stream_deadline(first.stream_ack_deadline_seconds)
        self._consumer = Consumer(
            max(0, first.max_outstanding_messages), max(0, first.max_outstanding_bytes), stays=True
        )
        self._confirmed: list[Any] = []
        self._ended = False
        self._failure: RpcError | None = None
        self._apply(first)
        self._subscription.streams += 1

    async def read(self, requests: AsyncIterator[Any]) -> None:
        """Does what the requests after the first ask for, until they end."""
        try:
            async for request in requests:
                if request.subscription:
                    raise InvalidArgument("subscription may only be set in first message")
                for name in INITIAL_ONLY:
                    if getattr(request, name):
                        raise InvalidArgument(f"{name} may only be set in first message")
                if request.stream_ack_deadline_seconds:
                    self._lease = _stream_deadline(request.stream_ack_deadline_seconds)
                self._apply(request)
        except RpcError as failure:
            self._failure = failure
        self._ended = True
        self._subscription.bell.ring()

    async def responses(self) -> AsyncIterator[Any]:
        """Messages as they come and flow control lets them through."""
        while self._open():
            taken = self._broker.take(self._subscription, self._consumer, MOST_AT_ONCE, self._lease)
            if taken or self._confirmed:
                yield self._response(received(taken, self._subscription))
            else:
                await self._subscription.bell.wait()

    def close(self) -> None:
        """What it holds stays leased until the leases end."""
        self._consumer.stays = False
        self._subscription.streams -= 1
        self._subscription.used = self._broker.clock.now()
        self._broker.settle([self._subscription])

    def _open(self) -> bool:
        if self._failure:
            raise self._failure
        name = self._subscription.name
        if self._broker.catalog.subscriptions.get(name) is not self._subscription:
            raise NotFound("The subscription was deleted.")
        require_attached(self._subscription)
        return not self._ended

    def _apply(self, request: Any) -> None:
        acks, modified = request.ack_ids, request.modify_deadline_ack_ids
        seconds = request.modify_deadline_seconds
        if len(modified) != len(seconds):
            raise InvalidArgument(
                "modify_deadline_ack_ids and modify_deadline_seconds must have the same length."
            )
        if not acks and not modified:
            return
        check_ids([*acks, *modified])
        check_deadlines(seconds)
        backlog, now = self._subscription.backlog, self._broker.clock.now()
        acknowledged = {ack_id: backlog.acknowledge(ack_id) for ack_id in acks}
        extended = {
            ack_id: backlog.extend(ack_id, deadline, now)
            for ack_id, deadline in zip(modified, seconds, strict=True)
        }
        if backlog.settings.exactly_once:
            self._confirm(acknowledged, extended)
        self._broker.settle([self._subscription])

    def _confirm(self, acknowledged: dict[str, Outcome], extended: dict[str, Outcome]) -> None:
        response = named("StreamingPullResponse")()
        if acknowledged:
            confirmation = response.acknowledge_confirmation
            for ack_id, outcome in acknowledged.items():
                {
                    Outcome.DONE: confirmation.ack_ids,
                    Outcome.INVALID: confirmation.invalid_ack_ids,
                    Outcome.UNORDERED: confirmation.unordered_ack_ids,
                }[outcome].append(ack_id)
        if extended:
            confirmation = response.modify_ack_deadline_confirmation
            for ack_id, outcome in extended.items():
                done = outcome is Outcome.DONE
                (confirmation.ack_ids if done else confirmation.invalid_ack_ids).append(ack_id)
        self._confirmed.append(response)

    def _response(self, messages: list[Any]) -> Any:
        confirmed, self._confirmed = self._confirmed, []
        response = named("StreamingPullResponse")(received_messages=messages)
        for confirmation in confirmed:
            response.MergeFrom(confirmation)
        properties = response.subscription_properties
        settings = self._subscription.backlog.settings
        properties.exactly_once_delivery_enabled = settings.exactly_once
        properties.message_ordering_enabled = settings.ordered
        return response


def _stream_deadline(seconds: int) -> int:
    least, most = ACK_DEADLINE
    if not least <= seconds <= most:
        raise InvalidArgument(
            f"stream_ack_deadline_seconds must be between {least} and {most} seconds"
        )
    return seconds
