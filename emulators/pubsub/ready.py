"""The deliveries of a subscription that may go out now, oldest first, its ordering keys in line."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from emulators.pubsub.deliveries import Consumer, Delivery, State
from emulators.pubsub.ordering import Line

LARGEST_BATCH = 3 << 20  # bytes: client libraries accept 4 MiB over a plain channel


class ReadyQueue:
    """A heap of deliveries; of an ordering key only the one whose turn it is.

    Entries that are no longer ready are passed over when they come up.
    """

    def __init__(self, *, ordered: bool) -> None:
        self._ordered = ordered
        self._heap: list[Delivery] = []
        self._lines: dict[str, Line] = {}

    def keeps_order_of(self, delivery: Delivery) -> bool:
        """Whether the message is in a line."""
        return bool(self._ordered and delivery.message.body.ordering_key)

    def add(self, delivery: Delivery) -> None:
        """One that is new here."""
        if self.keeps_order_of(delivery):
            line = self._lines.setdefault(delivery.message.body.ordering_key, Line())
            line.add(delivery)
        self.offer(delivery)

    def offer(self, delivery: Delivery) -> None:
        """It is ready, or one that it held up may be."""
        line = self._line(delivery)
        if line is None:
            self._push(delivery)
        elif not line.blocked:
            self._push(line.following)

    def take(self, consumer: Consumer, most: int) -> Iterator[Delivery]:
        """Up to `most` for a consumer, who leases each before it asks for the next."""
        passed: list[Delivery] = []
        size = count = 0
        while self._heap and count < most and consumer.has_room():
            delivery = heapq.heappop(self._heap)
            delivery.queued = False
            if not self._has_turn(delivery):
                continue
            if self._belongs_to_another(delivery, consumer):
                passed.append(delivery)
                continue
            size += delivery.message.size
            if count and size > LARGEST_BATCH:
                passed.append(delivery)
                break
            yield delivery
            count += 1
            if line := self._line(delivery):
                line.advance(consumer)
                self._push(line.following)
        for delivery in passed:
            self.offer(delivery)

    def leads(self, delivery: Delivery) -> bool:
        """Whether nothing unacknowledged precedes it in its line, if it has one."""
        line = self._line(delivery)
        return line is None or line.leads(delivery)

    def settle(self, delivery: Delivery) -> list[Delivery]:
        """It was acknowledged; answers with the deliveries that are thereby done with."""
        line = self._line(delivery)
        if line is None:
            return [delivery]
        settled = line.settle()
        self._after(delivery, line)
        return settled

    def recall(self, delivery: Delivery) -> list[Delivery]:
        """It failed; answers with those after it in its line, which come back with it."""
        line = self._line(delivery)
        return line.recall(delivery) if line else []

    def remove(self, delivery: Delivery) -> list[Delivery]:
        """It is no longer delivered; answers as settle() does, without it."""
        line = self._line(delivery)
        if line is None:
            return []
        line.remove(delivery)
        settled = line.settle()
        self._after(delivery, line)
        return settled

    def _after(self, delivery: Delivery, line: Line) -> None:
        if len(line):
            self.offer(delivery)
        else:
            del self._lines[delivery.message.body.ordering_key]

    def _push(self, delivery: Delivery | None) -> None:
        if delivery and not delivery.queued:
            delivery.queued = True
            heapq.heappush(self._heap, delivery)

    def _line(self, delivery: Delivery) -> Line | None:
        return self._lines.get(delivery.message.body.ordering_key) if self._ordered else None

    def _has_turn(self, delivery: Delivery) -> bool:
        line = self._line(delivery)
        if line:
            return line.following is delivery
        return delivery.state is State.READY

    def _belongs_to_another(self, delivery: Delivery, consumer: Consumer) -> bool:
        line = self._line(delivery)
        return line is not None and not line.open_to(consumer)
