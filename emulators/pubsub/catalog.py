"""What exists: topics, subscriptions and snapshots by name, and how they hang together.

Changes are only gathered in the records; the broker's settle() makes them last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from emulators.pubsub.deliveries import Message
from emulators.pubsub.names import DELETED_TOPIC, check, split
from emulators.pubsub.records import Records
from emulators.pubsub.resources import Snapshot, Subscription, Topic
from emulators.rpc.errors import AlreadyExists, NotFound

Resource = TypeVar("Resource", Topic, Subscription, Snapshot)


class Catalog:
    """Looking up raises InvalidArgument for a malformed name and NotFound."""

    def __init__(self, records: Records) -> None:
        self.topics: dict[str, Topic] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.snapshots: dict[str, Snapshot] = {}
        self._records = records

    def topic(self, name: str) -> Topic:
        """The topic of a name."""
        return _existing(self.topics, name, "topics")

    def subscription(self, name: str) -> Subscription:
        """The subscription of a name."""
        return _existing(self.subscriptions, name, "subscriptions")

    def snapshot(self, name: str) -> Snapshot:
        """The snapshot of a name."""
        return _existing(self.snapshots, name, "snapshots")

    def add_topic(self, topic: Topic) -> None:
        """Raises AlreadyExists."""
        _require_new(self.topics, topic.name)
        self.topics[topic.name] = topic
        self.keep(topic)

    def add_subscription(self, subscription: Subscription) -> None:
        """Attaches it to its topic. Raises NotFound, AlreadyExists."""
        topic = self.topic(subscription.config.topic)
        _require_new(self.subscriptions, subscription.name)
        self.subscriptions[subscription.name] = subscription
        self._attach(subscription, topic)
        self.keep(subscription)

    def add_snapshot(self, snapshot: Snapshot, messages: Iterable[Message]) -> None:
        """With the messages that it starts from. Raises NotFound (its topic), AlreadyExists."""
        topic = self.topic(snapshot.config.topic)
        _require_new(self.snapshots, snapshot.name)
        self.snapshots[snapshot.name] = topic.snapshots[snapshot.name] = snapshot
        for message in messages:
            self.retain(snapshot, message)
        self.keep(snapshot)

    def keep(self, resource: Topic | Subscription | Snapshot) -> None:
        """Takes a new or changed configuration into the records."""
        what = type(resource).__name__.lower()
        self._records.put(what, resource.name, resource.config.SerializeToString())

    def reconfigure_topic(self, topic: Topic) -> None:
        """Keeps a changed topic; its subscriptions show its retention."""
        self.keep(topic)
        for subscription in topic.subscriptions.values():
            self._attach(subscription, topic)
            self.keep(subscription)

    def retain(self, snapshot: Snapshot, message: Message) -> None:
        """Adds a message to a snapshot."""
        snapshot.messages[message.number] = message
        body = message.body.SerializeToString()
        self._records.put_numbered("kept", snapshot.name, message.number, body)

    def remove_topic(self, topic: Topic) -> None:
        """Its subscriptions and snapshots stay, without a topic."""
        del self.topics[topic.name]
        self._records.drop("topic", topic.name)
        for message in topic.log:
            self._records.drop_numbered("log", topic.name, message.number)
        attached: list[Subscription | Snapshot] = [*self.subscriptions.values()]
        for orphan in (*attached, *topic.snapshots.values()):
            if orphan.config.topic == topic.name:
                orphan.config.topic = DELETED_TOPIC
                self.keep(orphan)

    def remove_subscription(self, subscription: Subscription) -> None:
        """With its backlog."""
        self._leave_topic(subscription)
        del self.subscriptions[subscription.name]
        self._records.drop("subscription", subscription.name)

    def detach(self, subscription: Subscription) -> None:
        """Its backlog goes, and no message comes any more."""
        self._leave_topic(subscription)
        subscription.config.detached = True
        self.keep(subscription)

    def remove_snapshot(self, snapshot: Snapshot) -> None:
        """With what it retains."""
        del self.snapshots[snapshot.name]
        self._records.drop("snapshot", snapshot.name)
        for number in snapshot.messages:
            self._records.drop_numbered("kept", snapshot.name, number)
        if topic := self.topics.get(snapshot.config.topic):
            topic.snapshots.pop(snapshot.name, None)

    def _attach(self, subscription: Subscription, topic: Topic) -> None:
        topic.subscriptions[subscription.name] = subscription
        subscription.config.ClearField("topic_message_retention_duration")
        if topic.config.HasField("message_retention_duration"):
            shown = subscription.config.topic_message_retention_duration
            shown.CopyFrom(topic.config.message_retention_duration)

    def _leave_topic(self, subscription: Subscription) -> None:
        for number in subscription.backlog.clear():
            self._records.drop_numbered("delivery", subscription.name, number)
        if topic := self.topics.get(subscription.config.topic):
            topic.subscriptions.pop(subscription.name, None)


def _existing(resources: Mapping[str, Resource], name: str, collection: str) -> Resource:
    found = resources.get(name)
    if found is None:
        raise NotFound(f"Resource not found (resource={split(check(name, collection))[1]}).")
    return found


def _require_new(resources: Mapping[str, object], name: str) -> None:
    if name in resources:
        raise AlreadyExists(f"Resource already exists in the project (resource={split(name)[1]}).")
