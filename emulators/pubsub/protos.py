"""The message classes of google.pubsub.v1."""

from __future__ import annotations

from typing import Any

from emulators.rpc.protos import message


def named(name: str) -> Any:
    """A class of google.pubsub.v1."""
    return message(f"google.pubsub.v1.{name}")


Empty: Any = message("google.protobuf.Empty")
PubsubMessage = named("PubsubMessage")
ReceivedMessage = named("ReceivedMessage")
Snapshot = named("Snapshot")
Subscription = named("Subscription")
Timestamp: Any = message("google.protobuf.Timestamp")
Topic = named("Topic")
