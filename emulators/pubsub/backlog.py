"""The backlog of one subscription: what is delivered next, to whom, and until when it is theirs.

Pure: times are passed in (nanoseconds) and nothing waits. Its owner empties `changed`, the numbers
of the deliveries whose record changed, and `dead`, the deliveries that used up their attempts.
"""

from __future__ import annotations

import enum
import heapq
import itertools
import time
from collections import deque
from collections.abc import Callable, Iterable

from emulators.pubsub.deliveries import Consumer, Delivery, Message, State
from emulators.pubsub.ready import ReadyQueue
from emulators.pubsub.settings import Settings
from emulators.rpc.clock import NANOSECONDS

_serials = itertools.count(time.time_ns())  # so that no ack id of an earlier process comes back


class Outcome(enum.Enum):
    """Of an acknowledgement or a new deadline, named as in its google.rpc.ErrorInfo."""

    DONE = ""
    INVALID = "PERMANENT_FAILURE_INVALID_ACK_ID"
    UNORDERED = "TRANSIENT_FAILURE_UNORDERED_ACK_ID"


class Backlog:
    """Deliveries by number; acknowledged ones stay while something may bring them back."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.deliveries: dict[int, Delivery] = {}
        self.changed: set[int] = set()
        self.dead: list[Delivery] = []
        self._ready = ReadyQueue(ordered=settings.ordered)
        self._timers: list[tuple[int, int]] = []
        self._ages: deque[int] = deque()

    def add(self, delivery: Delivery) -> None:
        """One that is new here."""
        self.deliveries[delivery.number] = delivery
        self.changed.add(delivery.number)
        self._ages.append(delivery.number)
        if delivery.state is State.READY:
            self._ready.add(delivery)

    def clear(self) -> list[int]:
        """Forgets all deliveries; answers with their numbers."""
        numbers = [*self.deliveries, *self.changed]
        self.seek(lambda _: False, ())
        self.deliveries.clear()
        self.changed.clear()
        return numbers

    def unacked(self) -> list[Delivery]:
        """All that is not acknowledged, oldest first."""
        return sorted(one for one in self.deliveries.values() if one.state is not State.ACKED)

    def take(self, consumer: Consumer, most: int, lease: float, now: int) -> list[Delivery]:
        """Up to `most` deliveries, oldest first, leased to a consumer for `lease` seconds."""
        taken = []
        for delivery in self._ready.take(consumer, most):
            delivery.lease(consumer, f"{delivery.number}-{next(_serials):x}")
            self._time(delivery, now, lease)
            taken.append(delivery)
        return taken

    def acknowledge(self, ack_id: str) -> Outcome:
        """Done with it. An expired lease will still do, unless delivery is exactly-once."""
        delivery = self._known_by(ack_id)
        if delivery is None:
            return Outcome.INVALID
        if self.settings.exactly_once and not self._ready.leads(delivery):
            return Outcome.UNORDERED
        delivery.leave(State.ACKED)
        for settled in self._ready.settle(delivery):
            self._discard(settled)
        return Outcome.DONE

    def extend(self, ack_id: str, seconds: float, now: int) -> Outcome:
        """The lease ends `seconds` from now; 0 hands the message back (a nack)."""
        delivery = self._known_by(ack_id)
        if delivery is None or delivery.state is not State.LEASED:
            return Outcome.INVALID
        if seconds:
            self._time(delivery, now, seconds)
        else:
            self.fail(delivery, now)
        return Outcome.DONE

    def fail(self, delivery: Delivery, now: int, error: str = "") -> None:
        """An attempt has failed: the message waits for the next, or was tried often enough."""
        delivery.ack_id, delivery.error = "", error
        self._retry(delivery, now)

    def postpone(self, delivery: Delivery, now: int, seconds: float) -> None:
        """Takes a lease back, as if not given, for some seconds; not of a message in a line."""
        delivery.leave(State.WAITING)
        delivery.ack_id, delivery.postponed = "", True
        self._time(delivery, now, seconds)

    def keeps_order_of(self, delivery: Delivery) -> bool:
        """Whether the message must not be overtaken."""
        return self._ready.keeps_order_of(delivery)

    def expire(self, now: int) -> None:
        """Ends the leases, back-offs and retention that are over."""
        while self._timers and self._timers[0][0] <= now:
            due, number = heapq.heappop(self._timers)
            delivery = self.deliveries.get(number)
            if delivery is None or delivery.due != due:
                continue
            if delivery.state is State.LEASED:
                if self.settings.exactly_once or self.keeps_order_of(delivery):
                    delivery.ack_id = ""
                self._retry(delivery, now)
            elif delivery.state is State.WAITING:
                delivery.leave(State.READY)
                self._ready.offer(delivery)
        while (oldest := self._oldest()) and self._outlived(oldest) <= now:
            self._remove(oldest)

    def next_due(self) -> int | None:
        """When expire() is wanted next, or earlier; None for never."""
        dues = [self._timers[0][0]] if self._timers else []
        if oldest := self._oldest():
            dues.append(self._outlived(oldest))
        return min(dues, default=None)

    def seek(self, wanted: Callable[[Message], bool], known: Iterable[Message]) -> None:
        """Unacknowledges what is wanted, acknowledges the rest; `known` may add messages.

        All leases end, so what is outstanding and wanted comes once more.
        """
        every = {message.number: Delivery(message, State.ACKED) for message in known}
        every |= self.deliveries
        self.deliveries, self._timers, self._ages = {}, [], deque()
        self._ready = ReadyQueue(ordered=self.settings.ordered)
        self.changed.update(every)
        for _, delivery in sorted(every.items()):
            delivery.leave(State.READY if wanted(delivery.message) else State.ACKED)
            delivery.ack_id, delivery.queued = "", False
            if delivery.state is State.READY or self.settings.retain_acked:
                self.add(delivery)

    def _retry(self, delivery: Delivery, now: int) -> None:
        delivery.failures += 1
        self.changed.add(delivery.number)
        if self.settings.most_attempts and delivery.failures >= self.settings.most_attempts:
            self._remove(delivery)
            self.dead.append(delivery)
            return
        wait = self.settings.backoff.delay(delivery.failures)
        for later in self._ready.recall(delivery):
            later.leave(State.READY)
            later.ack_id = ""
        delivery.leave(State.WAITING if wait else State.READY)
        if wait:
            self._time(delivery, now, wait)
        else:
            self._ready.offer(delivery)

    def _remove(self, delivery: Delivery) -> None:
        acked = delivery.state is State.ACKED
        delivery.leave(State.ACKED)
        del self.deliveries[delivery.number]
        self.changed.add(delivery.number)
        if not acked:
            for settled in self._ready.remove(delivery):
                self._discard(settled)

    def _discard(self, delivery: Delivery) -> None:
        self.changed.add(delivery.number)
        delivery.ack_id = ""
        if not self.settings.retain_acked:
            self.deliveries.pop(delivery.number, None)

    def _time(self, delivery: Delivery, now: int, seconds: float) -> None:
        delivery.due = now + round(seconds * NANOSECONDS)
        heapq.heappush(self._timers, (delivery.due, delivery.number))

    def _known_by(self, ack_id: str) -> Delivery | None:
        number, _, _ = ack_id.partition("-")
        delivery = self.deliveries.get(int(number)) if number.isdecimal() else None
        return delivery if delivery and delivery.ack_id == ack_id else None

    def _oldest(self) -> Delivery | None:
        while self._ages and self._ages[0] not in self.deliveries:
            self._ages.popleft()
        return self.deliveries[self._ages[0]] if self._ages else None

    def _outlived(self, delivery: Delivery) -> int:
        return delivery.message.published + self.settings.retention
