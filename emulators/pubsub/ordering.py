"""The messages of one ordering key in one subscription, delivered strictly in order.

A message goes out only when all before it are acknowledged or in the same consumer's hands, and
its redelivery brings back every later one, acknowledged or not.
Source: cloud.google.com/pubsub/docs/ordering.
"""

from __future__ import annotations

import bisect

from emulators.pubsub.deliveries import Consumer, Delivery, State


class Line:
    """Deliveries by number; the first `_out` of them are leased, or acknowledged out of turn."""

    __slots__ = ("_deliveries", "_holder", "_out")

    def __init__(self) -> None:
        self._deliveries: list[Delivery] = []
        self._out = 0
        self._holder: Consumer | None = None

    def __len__(self) -> int:
        return len(self._deliveries)

    def add(self, delivery: Delivery) -> None:
        """Takes its place by number, but never before one that is out."""
        bisect.insort(self._deliveries, delivery, lo=self._out, key=lambda one: one.number)

    @property
    def following(self) -> Delivery | None:
        """The one to go out next, unless it waits for its back-off or there is none."""
        if self._out == len(self._deliveries):
            return None
        delivery = self._deliveries[self._out]
        return delivery if delivery.state is State.READY else None

    @property
    def blocked(self) -> bool:
        """Whether nobody may have more of it before what is out comes back."""
        return self._out > 0 and not (self._holder and self._holder.stays)

    def open_to(self, consumer: Consumer) -> bool:
        """Whether this consumer may have the next message."""
        return self._out == 0 or self._holder is consumer

    def advance(self, consumer: Consumer) -> None:
        """The next one went out to `consumer`."""
        self._holder = consumer
        self._out += 1

    def leads(self, delivery: Delivery) -> bool:
        """Whether nothing unacknowledged precedes it."""
        return self._deliveries[0] is delivery

    def settle(self) -> list[Delivery]:
        """Takes off the acknowledged ones that nothing unacknowledged precedes."""
        done = 0
        while done < self._out and self._deliveries[done].state is State.ACKED:
            done += 1
        settled = self._deliveries[:done]
        del self._deliveries[:done]
        self._out -= done
        return settled

    def recall(self, delivery: Delivery) -> list[Delivery]:
        """Calls back one that is out; answers with those after it, which come back with it."""
        place = self._deliveries.index(delivery, 0, self._out)
        after = self._deliveries[place + 1 : self._out]
        self._out = place
        return after

    def remove(self, delivery: Delivery) -> None:
        """Takes one off for good, wherever it is."""
        place = self._deliveries.index(delivery)
        self._out -= place < self._out
        del self._deliveries[place]
