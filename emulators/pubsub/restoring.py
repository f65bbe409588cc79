"""Reads back what the records hold, after a restart or a crash."""

from __future__ import annotations

from collections.abc import Iterator

from emulators.pubsub import protos
from emulators.pubsub.catalog import Catalog
from emulators.pubsub.deliveries import Delivery, Message
from emulators.pubsub.records import Records
from emulators.pubsub.resources import Snapshot, Subscription, Topic

Loaded = dict[str, list[tuple[str, bytes]]]


def restore(catalog: Catalog, records: Records, now: int) -> None:
    """Fills an empty catalog. Leases are gone: what was unacknowledged is ready again."""
    loaded = records.load()
    for name, record in loaded.get("topic", ()):
        catalog.topics[name] = Topic(protos.Topic.FromString(record))
    for name, record in loaded.get("subscription", ()):
        catalog.subscriptions[name] = Subscription(protos.Subscription.FromString(record), now)
    for name, record in loaded.get("snapshot", ()):
        catalog.snapshots[name] = Snapshot(protos.Snapshot.FromString(record))
    _attach(catalog)
    for subscription, record in _owned(loaded, "delivery"):
        catalog.subscriptions[subscription].backlog.add(Delivery.unpack(record))
    for snapshot, record in _owned(loaded, "kept"):
        message = Message(protos.PubsubMessage.FromString(record))
        catalog.snapshots[snapshot].messages[message.number] = message
    for topic, record in _owned(loaded, "log"):
        catalog.topics[topic].log.append(Message(protos.PubsubMessage.FromString(record)))
    for restored in catalog.subscriptions.values():
        restored.backlog.changed.clear()


def _attach(catalog: Catalog) -> None:
    for subscription in catalog.subscriptions.values():
        topic = catalog.topics.get(subscription.config.topic)
        if topic and not subscription.config.detached:
            topic.subscriptions[subscription.name] = subscription
    for snapshot in catalog.snapshots.values():
        if topic := catalog.topics.get(snapshot.config.topic):
            topic.snapshots[snapshot.name] = snapshot


def _owned(loaded: Loaded, what: str) -> Iterator[tuple[str, bytes]]:
    """Owner and record, by owner and number."""
    numbered = []
    for name, record in loaded.get(what, ()):
        owner, _, number = name.rpartition("/")
        numbered.append((owner, int(number), record))
    for owner, _, record in sorted(numbered):
        yield owner, record
