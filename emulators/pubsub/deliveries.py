"""What a backlog is made of: messages, their deliveries to one subscription, their consumers."""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass, field
from typing import Any

from emulators.pubsub.protos import PubsubMessage
from emulators.rpc.clock import NANOSECONDS

HEADER = struct.Struct("<I?")


def nanoseconds(timestamp: Any) -> int:
    """A Timestamp message as nanoseconds since the epoch."""
    return int(timestamp.seconds * NANOSECONDS + timestamp.nanos)


class Message:
    """A published message; its number (the message id) rises with every message published."""

    __slots__ = ("body", "number", "published", "size")

    def __init__(self, body: Any, published: int | None = None) -> None:
        """`body` is a PubsubMessage with an id and its publish time, which is cut to milliseconds;
        `published` is the exact time (nanoseconds), where it is known.
        """
        self.body = body
        self.number = int(body.message_id)
        self.size: int = body.ByteSize()
        self.published: int = published or nanoseconds(body.publish_time)


class State(enum.Enum):
    """READY to be delivered, LEASED to a consumer, WAITING for its back-off, or ACKED."""

    READY = enum.auto()
    LEASED = enum.auto()
    WAITING = enum.auto()
    ACKED = enum.auto()


@dataclass(eq=False, slots=True)
class Consumer:
    """A receiver and what it holds unacknowledged; limits of 0 are none.

    One that `stays` (a stream) may get more messages of an ordering key while it holds some.
    """

    most_messages: int = 0
    most_bytes: int = 0
    stays: bool = False
    messages: int = 0
    bytes: int = 0

    def has_room(self) -> bool:
        """Whether its flow control lets one more message through."""
        return not (
            (self.most_messages and self.messages >= self.most_messages)
            or (self.most_bytes and self.bytes >= self.most_bytes)
        )


@dataclass(eq=False, slots=True)
class Delivery:
    """A message on its way to one subscription.

    `due` (nanoseconds) is when its lease or its back-off ends; an `ack_id` belongs to one lease.
    """

    message: Message
    state: State = State.READY
    failures: int = 0
    ack_id: str = ""
    due: int = 0
    consumer: Consumer | None = field(default=None, repr=False)
    queued: bool = False
    postponed: bool = False
    error: str = ""

    def __lt__(self, other: Delivery) -> bool:
        return self.message.number < other.message.number

    @property
    def number(self) -> int:
        """The message's number, which is also its place in the backlog."""
        return self.message.number

    @property
    def attempt(self) -> int:
        """1 + nacks + expired leases, as google.pubsub.v1.ReceivedMessage.delivery_attempt."""
        return self.failures + 1

    def lease(self, consumer: Consumer, ack_id: str) -> None:
        """Hands it to a consumer."""
        self.state, self.ack_id, self.consumer = State.LEASED, ack_id, consumer
        consumer.messages += 1
        consumer.bytes += self.message.size

    def leave(self, state: State) -> None:
        """Goes to another state, out of its consumer's hands."""
        if self.consumer:
            self.consumer.messages -= 1
            self.consumer.bytes -= self.message.size
        self.state, self.consumer = state, None

    def pack(self) -> bytes:
        """What is kept of it across a restart: leases are not."""
        packed: bytes = self.message.body.SerializeToString()
        return HEADER.pack(self.failures, self.state is State.ACKED) + packed

    @classmethod
    def unpack(cls, record: bytes) -> Delivery:
        """The inverse of pack."""
        failures, acked = HEADER.unpack_from(record)
        body = PubsubMessage.FromString(record[HEADER.size :])
        return cls(Message(body), State.ACKED if acked else State.READY, failures)
