"""The delivery queue by itself: what must hold after any sequence of events."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from emulators.pubsub.backlog import Backlog, Outcome
from emulators.pubsub.backoff import Backoff
from emulators.pubsub.deliveries import Consumer, Delivery, Message, State
from emulators.pubsub.protos import PubsubMessage
from emulators.pubsub.settings import Settings
from emulators.rpc.clock import NANOSECONDS

LEASE = 10
ROUNDS = 50
KEYS = ("", "a", "b")


def message(number: int, key: str) -> Message:
    body = PubsubMessage(data=b"x", message_id=str(number), ordering_key=key)
    return Message(body, published=1)


def test_a_stream_gets_more_of_a_key_that_it_holds_and_nobody_else_does() -> None:
    backlog = Backlog(Settings(ordered=True))
    holder, other = Consumer(stays=True), Consumer(stays=True)
    for number in (1, 2, 3):
        backlog.add(Delivery(message(number, "a")))
    assert [one.number for one in backlog.take(holder, 1, LEASE, now=1)] == [1]
    assert backlog.take(other, 1, LEASE, now=1) == []
    assert [one.number for one in backlog.take(holder, 1, LEASE, now=1)] == [2]
    holder.stays = False
    backlog.expire(1 + LEASE * NANOSECONDS)
    assert [one.number for one in backlog.take(other, 9, LEASE, now=1)] == [1, 2, 3]


class Deliveries(RuleBasedStateMachine):
    """Publishers, consumers and time at work on one ordered backlog."""

    def __init__(self) -> None:
        super().__init__()
        wide = 10**9 * NANOSECONDS
        self.backlog = Backlog(Settings(ordered=True, retention=wide, backoff=Backoff(1, 8)))
        self.streams = [Consumer(most_messages=3, stays=True) for _ in range(2)]
        self.now = self.last = 0
        self.acked: set[int] = set()
        self.held: list[Delivery] = []

    @rule(key=st.sampled_from(KEYS), count=st.integers(1, 4))
    def publish(self, key: str, count: int) -> None:
        for _ in range(count):
            self.last += 1
            self.backlog.add(Delivery(message(self.last, key)))

    @rule(stream=st.integers(0, 2), most=st.integers(1, 5))
    def take(self, stream: int, most: int) -> None:
        consumer = self.streams[stream] if stream < 2 else Consumer()
        before = {number for number, one in self.backlog.deliveries.items() if leased(one)}
        taken = self.backlog.take(consumer, most, LEASE, self.now)
        assert not before & {one.number for one in taken}
        assert len(taken) <= most
        for delivery in taken:
            self._check_order(delivery, consumer)
        self.held += taken

    def _check_order(self, delivery: Delivery, consumer: Consumer) -> None:
        key = delivery.message.body.ordering_key
        for earlier in self.backlog.unacked():
            if key and earlier.message.body.ordering_key == key and earlier < delivery:
                assert earlier.consumer is consumer

    @precondition(lambda self: self.held)
    @rule(data=st.data(), done=st.booleans())
    def answer(self, data: st.DataObject, done: bool) -> None:
        delivery = data.draw(st.sampled_from(self.held))
        if not leased(delivery):
            return
        if done:
            assert self.backlog.acknowledge(delivery.ack_id) is Outcome.DONE
            self.acked.add(delivery.number)
        else:
            assert self.backlog.extend(delivery.ack_id, 0, self.now) is Outcome.DONE

    @rule(seconds=st.integers(1, 12))
    def wait(self, seconds: int) -> None:
        self.now += seconds * NANOSECONDS
        self.backlog.expire(self.now)

    @rule(stream=st.integers(0, 1))
    def reconnect(self, stream: int) -> None:
        self.streams[stream].stays = False
        self.streams[stream] = Consumer(most_messages=3, stays=True)

    @invariant()
    def flow_control_counts_what_is_out(self) -> None:
        for stream in self.streams:
            out = [one for one in self.backlog.deliveries.values() if one.consumer is stream]
            assert stream.messages == len(out) <= 3
            assert stream.bytes == sum(one.message.size for one in out)

    @invariant()
    def time_is_minded(self) -> None:
        due = self.backlog.next_due()
        for delivery in self.backlog.deliveries.values():
            if delivery.state in (State.LEASED, State.WAITING):
                assert due is not None
                assert due <= delivery.due

    def teardown(self) -> None:
        """Whatever happened, everything unacknowledged is delivered in the end."""
        delivered: set[int] = set()
        for _ in range(ROUNDS + self.last):
            self.now += 2 * LEASE * NANOSECONDS
            self.backlog.expire(self.now)
            for delivery in self.backlog.take(Consumer(), 100, LEASE, self.now):
                delivered.add(delivery.number)
                self.backlog.acknowledge(delivery.ack_id)
        assert self.backlog.deliveries == {}
        assert delivered | self.acked == set(range(1, self.last + 1))


def leased(delivery: Delivery) -> bool:
    return delivery.state is State.LEASED


TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
