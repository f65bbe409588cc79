"""What most Pub/Sub checks do: make a topic and a subscription, publish, pull, acknowledge."""

from __future__ import annotations

import time
from collections.abc import Sequence

from google.cloud import pubsub_v1
from google.pubsub_v1 import PublisherClient, types

PATIENCE = 15


class Bus:
    """Clients for one project, with short names for what is made there.

    `batching` is the client applications publish with; `publisher` sends each request as it is.
    """

    def __init__(self, project: str) -> None:
        self.project = f"projects/{project}"
        ordered = pubsub_v1.types.PublisherOptions(enable_message_ordering=True)
        self.batching = pubsub_v1.PublisherClient(publisher_options=ordered)
        self.publisher = PublisherClient(transport=self.batching.transport)
        self.subscriber = pubsub_v1.SubscriberClient()

    def close(self) -> None:
        self.batching.stop()
        self.batching.transport.close()
        self.subscriber.close()

    def name(self, kind: str, name: str) -> str:
        """The full name of a topic, subscription or snapshot of the project."""
        return f"{self.project}/{kind}/{name}"

    def topic(self, name: str = "orders", **fields: object) -> str:
        """Makes a topic; its full name."""
        request = {"name": self.name("topics", name), **fields}
        return self.publisher.create_topic(request=request).name

    def subscribed(self, topic: str = "", name: str = "worker", **fields: object) -> str:
        """Makes a subscription to the topic (a new one unless given); its full name."""
        request = {"name": self.name("subscriptions", name), "topic": topic or self.topic()}
        return self.subscriber.create_subscription(request=request | fields).name

    def publish(self, *texts: str, topic: str = "", key: str = "", **attributes: str) -> list[str]:
        """Publishes one request with a message for each text; the message ids."""
        messages = [
            {"data": text.encode(), "attributes": attributes, "ordering_key": key} for text in texts
        ]
        request = {"topic": topic or self.name("topics", "orders"), "messages": messages}
        return list(self.publisher.publish(request=request).message_ids)

    def pull(self, subscription: str, count: int = 100) -> list[types.ReceivedMessage]:
        """What is there at once; nothing, where nothing is to be delivered."""
        request = {
            "subscription": subscription,
            "max_messages": count,
            "return_immediately": True,
        }
        return list(self.subscriber.pull(request=request).received_messages)

    def pulled(
        self, subscription: str, count: int = 1, seconds: float = PATIENCE
    ) -> list[types.ReceivedMessage]:
        """Pulls until `count` messages came or the patience is over."""
        received: list[types.ReceivedMessage] = []
        deadline = time.monotonic() + seconds
        while len(received) < count and time.monotonic() < deadline:
            received += self.pull(subscription, count - len(received))
            time.sleep(0.02)
        return received

    def ack(self, subscription: str, received: Sequence[types.ReceivedMessage]) -> None:
        """Acknowledges what was pulled."""
        ids = [each.ack_id for each in received]
        self.subscriber.acknowledge(request={"subscription": subscription, "ack_ids": ids})

    def extend(
        self, subscription: str, received: Sequence[types.ReceivedMessage], seconds: int
    ) -> None:
        """Sets the ack deadline of what was pulled to so many seconds from now; 0 is a nack."""
        request = {
            "subscription": subscription,
            "ack_ids": [each.ack_id for each in received],
            "ack_deadline_seconds": seconds,
        }
        self.subscriber.modify_ack_deadline(request=request)

    def update(self, subscription: str, *paths: str, **fields: object) -> types.Subscription:
        """Changes the fields named by the paths."""
        changed = {"name": subscription, **fields}
        request = {"subscription": changed, "update_mask": {"paths": list(paths)}}
        return self.subscriber.update_subscription(request=request)


def texts(received: Sequence[types.ReceivedMessage]) -> list[str]:
    """The payloads, in the order of delivery."""
    return [each.message.data.decode() for each in received]
