"""Pulling and acknowledging: the methods that subscribers live on."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from emulators.pubsub.ack_errors import AckFailure
from emulators.pubsub.backlog import Outcome
from emulators.pubsub.broker import Broker
from emulators.pubsub.deliveries import Consumer, Delivery
from emulators.pubsub.protos import Empty, ReceivedMessage, named
from emulators.pubsub.resources import Subscription
from emulators.rpc.errors import FailedPrecondition, InvalidArgument

PATIENCE = 4.0  # seconds that Pull waits for a first message
LONGEST_DEADLINE = 600
ACK_ID = re.compile(r"\d+-[0-9a-f]+")


class Pulling:
    """The methods Pull, Acknowledge and ModifyAckDeadline of the Subscriber service."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    async def pull(self, request: Any) -> Any:
        """At least one message, or none after some seconds; at once if the request says so.

        Raises NotFound, InvalidArgument, FailedPrecondition (detached).
        """
        if request.max_messages <= 0:
            raise InvalidArgument("No max_messages specified; it must be positive.")
        subscription = self._broker.subscription(request.subscription)
        require_attached(subscription)
        taken = self._take(subscription, request.max_messages)
        if not taken and not request.return_immediately:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    taken = await self._first(subscription, request.max_messages)
        return named("PullResponse")(received_messages=received(taken, subscription))

    async def acknowledge(self, request: Any) -> Any:
        """Raises NotFound, InvalidArgument, and AckFailure with exactly-once delivery."""
        subscription = self._broker.subscription(request.subscription)
        check_ids(request.ack_ids)
        backlog = subscription.backlog
        outcomes = {ack_id: backlog.acknowledge(ack_id) for ack_id in request.ack_ids}
        self._conclude(subscription, outcomes)
        return Empty()

    async def modify_ack_deadline(self, request: Any) -> Any:
        """Raises NotFound, InvalidArgument, and AckFailure with exactly-once delivery."""
        subscription = self._broker.subscription(request.subscription)
        check_deadlines([request.ack_deadline_seconds])
        check_ids(request.ack_ids)
        backlog, now = subscription.backlog, self._broker.clock.now()
        outcomes = {
            ack_id: backlog.extend(ack_id, request.ack_deadline_seconds, now)
            for ack_id in request.ack_ids
        }
        self._conclude(subscription, outcomes)
        return Empty()

    def _take(self, subscription: Subscription, most: int) -> list[Delivery]:
        lease = subscription.config.ack_deadline_seconds
        return self._broker.take(subscription, Consumer(), most, lease)

    async def _first(self, subscription: Subscription, most: int) -> list[Delivery]:
        while True:
            await subscription.bell.wait()
            require_attached(subscription)
            if taken := self._take(subscription, most):
                return taken

    def _conclude(self, subscription: Subscription, outcomes: Mapping[str, Outcome]) -> None:
        self._broker.settle([subscription])
        failed = {ack_id: why for ack_id, why in outcomes.items() if why is not Outcome.DONE}
        if failed and subscription.backlog.settings.exactly_once:
            raise AckFailure(failed)


def received(deliveries: Sequence[Delivery], subscription: Subscription) -> list[Any]:
    """The ReceivedMessage of each; attempts are counted where there are dead letters."""
    counted = subscription.config.HasField("dead_letter_policy")
    return [
        ReceivedMessage(
            ack_id=delivery.ack_id,
            message=delivery.message.body,
            delivery_attempt=delivery.attempt if counted else 0,
        )
        for delivery in deliveries
    ]


def require_attached(subscription: Subscription) -> None:
    """Raises FailedPrecondition for a detached subscription."""
    if subscription.config.detached:
        raise FailedPrecondition("Subscription is detached.")


def check_ids(ack_ids: Sequence[str]) -> None:
    """Raises InvalidArgument."""
    if not ack_ids:
        raise InvalidArgument("No ack ids specified.")
    for ack_id in ack_ids:
        if not ACK_ID.fullmatch(ack_id):
            raise InvalidArgument(f"Invalid ack id (ack_id={ack_id})")


def check_deadlines(seconds: Sequence[int]) -> None:
    """Raises InvalidArgument."""
    if any(deadline < 0 for deadline in seconds):
        raise InvalidArgument("Ack deadline cannot be negative.")
    if any(deadline > LONGEST_DEADLINE for deadline in seconds):
        raise InvalidArgument(f"Ack deadline cannot be more than {LONGEST_DEADLINE} seconds.")
