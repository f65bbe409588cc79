"""The emulator as a whole; see emulators.rpc.engine for its admin side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from google.protobuf import json_format

from emulators.pubsub import pages
from emulators.pubsub.broker import Broker
from emulators.pubsub.publisher import Publisher
from emulators.pubsub.pusher import Pushers
from emulators.pubsub.records import Records
from emulators.pubsub.restoring import restore
from emulators.pubsub.subscriber import Subscriber
from emulators.rpc.clock import Clock
from emulators.rpc.faults import Faults
from emulators.rpc.journal import Journal
from emulators.rpc.server import Service


class PubSub:
    """Topics, subscriptions and snapshots of all projects."""

    name = "pubsub"

    def __init__(self, clock: Clock, journal: Journal, faults: Faults) -> None:
        """To be made where an event loop runs: what the journal holds is pushed at once."""
        self._records = Records(journal)
        self._broker = Broker(clock, self._records, faults)
        self._pushers = Pushers(self._broker)
        self._faults = faults
        catalog = self._broker.catalog
        restore(catalog, self._records, clock.now())
        for subscription in catalog.subscriptions.values():
            self._pushers.start(subscription)
        for snapshot in catalog.snapshots.values():
            self._broker.mind(snapshot.expires)
        self._broker.settle(catalog.subscriptions.values())

    def services(self) -> list[Service]:
        """What to serve on the Pub/Sub port; the schema service and IAM are not among it."""
        return [
            Publisher(self._broker).service(self._faults),
            Subscriber(self._broker, self._pushers).service(self._faults),
        ]

    def stop(self) -> None:
        """Ends pushing and the watch over time."""
        self._pushers.stop()
        self._broker.stop()

    def reset(self) -> None:
        """Forgets everything, also what is on disk."""
        catalog = self._broker.catalog
        subscriptions = list(catalog.subscriptions.values())
        for subscription in subscriptions:
            subscription.backlog.clear()
        for resources in (catalog.topics, catalog.subscriptions, catalog.snapshots):
            resources.clear()
        self._records.clear()
        self._broker.settle(subscriptions)

    def export(self) -> Iterator[dict[str, Any]]:
        """Every topic, subscription, snapshot and unacknowledged delivery, in the API's JSON."""
        catalog = self._broker.catalog
        for topic in catalog.topics.values():
            yield {"topic": json_format.MessageToDict(topic.config)}
        for snapshot in catalog.snapshots.values():
            yield {"snapshot": json_format.MessageToDict(snapshot.config)}
        for subscription in catalog.subscriptions.values():
            yield {"subscription": json_format.MessageToDict(subscription.config)}
            for delivery in subscription.backlog.unacked():
                yield {
                    "delivery": json_format.MessageToDict(delivery.message.body),
                    "subscription": subscription.name,
                    "state": delivery.state.name,
                    "attempt": delivery.attempt,
                }

    def page(self, path: Sequence[str]) -> str | None:
        """The pages to look at topics, subscriptions and backlogs."""
        return pages.page(self._broker.catalog, path, self._broker.clock.now())
