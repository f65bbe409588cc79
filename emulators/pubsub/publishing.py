"""What may be published, and the stamp that makes a message of it.

Source of the limits: cloud.google.com/pubsub/quotas#resource_limits.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from emulators.pubsub.deliveries import Message
from emulators.pubsub.protos import Timestamp
from emulators.rpc.clock import NANOSECONDS
from emulators.rpc.errors import InvalidArgument

LARGEST_REQUEST = 10_000_000
MOST_MESSAGES = 1000
MOST_ATTRIBUTES = 100
LONGEST_KEY = 256
LONGEST_VALUE = 1024
LONGEST_ORDERING_KEY = 1024
MILLISECOND = 1_000_000


class Numbers:
    """Message ids: rising, and never one of an earlier process."""

    def __init__(self) -> None:
        self._next = itertools.count(time.time_ns() // 1000)

    def stamp(self, bodies: Iterable[Any], now: int) -> Iterator[Message]:
        """Makes messages of PubsubMessages, published at `now` (nanoseconds)."""
        seconds, nanos = divmod(now, NANOSECONDS)
        published = Timestamp(seconds=seconds, nanos=nanos - nanos % MILLISECOND)
        for body in bodies:
            body.message_id = str(next(self._next))
            body.publish_time.CopyFrom(published)
            yield Message(body, now)


def check_publish(request: Any) -> None:
    """Raises InvalidArgument for a PublishRequest over a limit; then nothing is published."""
    messages: Sequence[Any] = request.messages
    if not messages:
        raise InvalidArgument("No messages to publish.")
    if len(messages) > MOST_MESSAGES:
        raise InvalidArgument(f"Too many messages to publish: at most {MOST_MESSAGES} a request.")
    if request.ByteSize() > LARGEST_REQUEST:
        raise InvalidArgument("Request payload size exceeds the limit: 10000000 bytes.")
    if len({message.ordering_key for message in messages}) > 1:
        raise InvalidArgument(
            "In a single publish request, all messages must have no ordering key "
            "or they must all have the same ordering key."
        )
    if len(messages[0].ordering_key.encode()) > LONGEST_ORDERING_KEY:
        raise InvalidArgument(f"An ordering key has at most {LONGEST_ORDERING_KEY} bytes.")
    for message in messages:
        if not message.data and not message.attributes:
            raise InvalidArgument(
                "Some messages are empty: a message needs non-empty data or an attribute."
            )
        _check_attributes(message.attributes)


def _check_attributes(attributes: Mapping[str, str]) -> None:
    if len(attributes) > MOST_ATTRIBUTES:
        raise InvalidArgument(f"A message has at most {MOST_ATTRIBUTES} attributes.")
    for key, value in attributes.items():
        if not key or key.startswith("goog"):
            raise InvalidArgument(f"Invalid attribute key {key!r}: empty, or begins with goog.")
        if len(key.encode()) > LONGEST_KEY or len(value.encode()) > LONGEST_VALUE:
            raise InvalidArgument(
                f"An attribute's key has at most {LONGEST_KEY} bytes, "
                f"its value {LONGEST_VALUE}: {key[:40]!r} has more."
            )
