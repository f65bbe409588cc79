"""Snapshots of a backlog, and seeking to one or to a time.

Source: cloud.google.com/pubsub/docs/replay-overview.
"""

from __future__ import annotations

from typing import Any

from emulators.pubsub.broker import Broker
from emulators.pubsub.deliveries import nanoseconds
from emulators.pubsub.masks import updated
from emulators.pubsub.names import check, check_project, snapshot_of
from emulators.pubsub.paging import page
from emulators.pubsub.protos import Empty, Snapshot, named
from emulators.pubsub.resources import Snapshot as KeptSnapshot
from emulators.pubsub.resources import Subscription
from emulators.rpc.clock import NANOSECONDS
from emulators.rpc.errors import FailedPrecondition, InvalidArgument

HOUR = 3600 * NANOSECONDS
LIFETIME = 7 * 24 * HOUR
MUTABLE = ("labels", "expire_time")


class Replay:
    """The methods of the Subscriber service on snapshots, and Seek."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._catalog = broker.catalog

    async def create_snapshot(self, request: Any) -> Any:
        """Raises NotFound, InvalidArgument, AlreadyExists, FailedPrecondition (too old)."""
        name = request.name or snapshot_of(request.subscription)
        check(name, "snapshots")
        subscription = self._broker.subscription(request.subscription)
        messages = [delivery.message for delivery in subscription.backlog.unacked()]
        now = self._broker.clock.now()
        expires = LIFETIME + min((message.published for message in messages), default=now)
        if expires < now + HOUR:
            raise FailedPrecondition("The snapshot would expire in less than an hour.")
        config = Snapshot(name=name, topic=subscription.config.topic, labels=request.labels)
        config.expire_time.seconds, config.expire_time.nanos = divmod(expires, NANOSECONDS)
        self._catalog.add_snapshot(KeptSnapshot(config), messages)
        self._broker.mind(expires)
        self._broker.settle()
        return config

    async def get_snapshot(self, request: Any) -> Any:
        """Raises NotFound."""
        return self._catalog.snapshot(request.snapshot).config

    async def update_snapshot(self, request: Any) -> Any:
        """Raises NotFound, InvalidArgument."""
        kept = self._catalog.snapshot(request.snapshot.name)
        kept.config = updated(kept.config, request.snapshot, request.update_mask, MUTABLE)
        self._catalog.keep(kept)
        self._broker.mind(kept.expires)
        self._broker.settle()
        return kept.config

    async def list_snapshots(self, request: Any) -> Any:
        """Of a project, by name."""
        parent = f"{check_project(request.project)}/"
        kept = self._catalog.snapshots
        found, token = page(kept, parent, request.page_size, request.page_token)
        return named("ListSnapshotsResponse")(
            snapshots=[one.config for one in found], next_page_token=token
        )

    async def delete_snapshot(self, request: Any) -> Any:
        """Raises NotFound."""
        self._catalog.remove_snapshot(self._catalog.snapshot(request.snapshot))
        self._broker.settle()
        return Empty()

    async def seek(self, request: Any) -> Any:
        """Raises NotFound, InvalidArgument, FailedPrecondition (another topic's snapshot)."""
        subscription = self._broker.subscription(request.subscription)
        target = request.WhichOneof("target")
        if target is None:
            raise InvalidArgument(
                "No target was specified in the SeekRequest. "
                "Must specify either a time or a snapshot."
            )
        if target == "snapshot":
            self._to_snapshot(subscription, self._catalog.snapshot(request.snapshot))
        else:
            self._to_time(subscription, nanoseconds(request.time))
        self._broker.settle([subscription])
        return named("SeekResponse")()

    def _to_snapshot(self, subscription: Subscription, snapshot: KeptSnapshot) -> None:
        theirs, ours = snapshot.config.topic, subscription.config.topic
        if theirs != ours:
            raise FailedPrecondition(
                f"The subscription's topic {ours} is different from that of the snapshot "
                f"{theirs}; they must match in order for Seek to work."
            )
        known = [message for message in snapshot.messages.values() if subscription.wants(message)]
        subscription.backlog.seek(lambda message: message.number in snapshot.messages, known)

    def _to_time(self, subscription: Subscription, instant: int) -> None:
        topic = self._catalog.topics.get(subscription.config.topic)
        retained = topic.log if topic else ()
        oldest = self._broker.clock.now() - (topic.retention if topic else 0)
        known = [
            message
            for message in retained
            if message.published > oldest and subscription.wants(message)
        ]
        subscription.backlog.seek(lambda message: message.published >= instant, known)
