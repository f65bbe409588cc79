"""How messages move: from a topic into backlogs, from there to consumers or to dead letters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from emulators.pubsub.catalog import Catalog
from emulators.pubsub.dead_letters import dead_letter
from emulators.pubsub.deliveries import Consumer, Delivery, State
from emulators.pubsub.disturbance import disturbed
from emulators.pubsub.publishing import Numbers
from emulators.pubsub.records import Records
from emulators.pubsub.resources import Subscription, Topic
from emulators.pubsub.signals import Alarm
from emulators.rpc.clock import Clock
from emulators.rpc.faults import Faults


class Broker:
    """After any change settle() is due: it keeps the change and lets consumers know."""

    def __init__(self, clock: Clock, records: Records, faults: Faults) -> None:
        self.clock = clock
        self.catalog = Catalog(records)
        self._records = records
        self._faults = faults
        self._numbers = Numbers()
        self._alarm = Alarm(clock, self._pass_time)

    def subscription(self, name: str) -> Subscription:
        """The subscription of a name, used now. Raises InvalidArgument, NotFound."""
        found = self.catalog.subscription(name)
        found.used = self.clock.now()
        return found

    def publish(self, topic: Topic, bodies: Iterable[Any]) -> list[str]:
        """Message ids. Settles by itself."""
        ids = self._publish(topic, bodies)
        self.settle(topic.subscriptions.values())
        return ids

    def take(
        self, subscription: Subscription, consumer: Consumer, most: int, lease: float
    ) -> list[Delivery]:
        """What arrives at a consumer of up to `most` messages, leased for `lease` seconds."""
        now = self.clock.now()
        while taken := subscription.backlog.take(consumer, most, lease, now):
            subscription.used = now
            arriving = disturbed(taken, subscription.backlog, self._faults, now)
            self._alarm.set(subscription.next_due())
            if arriving:
                return arriving
        return []

    def settle(self, subscriptions: Iterable[Subscription] = ()) -> None:
        """Forwards dead letters, keeps what changed, wakes consumers, minds the time."""
        touched = list(subscriptions)
        for subscription in touched:  # grows while it is gone through
            touched += self._bury(subscription)
        for subscription in touched:
            self._gather(subscription)
        self._records.save()
        for subscription in touched:
            subscription.bell.ring()
            self._alarm.set(subscription.next_due())

    def mind(self, instant: int) -> None:
        """Something else than a subscription changes at this time (nanoseconds)."""
        self._alarm.set(instant)

    def stop(self) -> None:
        """Lets time pass unnoticed."""
        self._alarm.stop()

    def _publish(self, topic: Topic, bodies: Iterable[Any]) -> list[str]:
        now = self.clock.now()
        messages = list(self._numbers.stamp(bodies, now))
        for subscription in topic.subscriptions.values():
            for message in messages:
                if subscription.wants(message):
                    subscription.backlog.add(Delivery(message))
        for snapshot in topic.snapshots.values():
            for message in messages:
                self.catalog.retain(snapshot, message)
        if topic.retention:
            topic.log.extend(messages)
            for message in messages:
                record = message.body.SerializeToString()
                self._records.put_numbered("log", topic.name, message.number, record)
        self._trim(topic, now)
        return [message.body.message_id for message in messages]

    def _bury(self, subscription: Subscription) -> list[Subscription]:
        """Publishes dead letters; answers with the subscriptions that got them."""
        backlog = subscription.backlog
        dead, backlog.dead = backlog.dead, []
        if not dead:
            return []
        name = subscription.config.dead_letter_policy.dead_letter_topic
        topic = self.catalog.topics.get(name)
        if topic is None:  # Pub/Sub goes on delivering what it cannot forward
            for delivery in dead:
                delivery.state = State.READY
                backlog.add(delivery)
            return []
        self._publish(topic, [dead_letter(one, subscription.name) for one in dead])
        return list(topic.subscriptions.values())

    def _gather(self, subscription: Subscription) -> None:
        backlog = subscription.backlog
        for number in backlog.changed:
            if delivery := backlog.deliveries.get(number):
                record = delivery.pack()
                self._records.put_numbered("delivery", subscription.name, number, record)
            else:
                self._records.drop_numbered("delivery", subscription.name, number)
        backlog.changed.clear()

    def _trim(self, topic: Topic, now: int) -> None:
        for message in topic.outlived(now):
            self._records.drop_numbered("log", topic.name, message.number)

    def _pass_time(self) -> None:
        now = self.clock.now()
        catalog = self.catalog
        for topic in catalog.topics.values():
            self._trim(topic, now)
        for snapshot in list(catalog.snapshots.values()):
            if snapshot.expires <= now:
                catalog.remove_snapshot(snapshot)
            else:
                self.mind(snapshot.expires)
        every = list(catalog.subscriptions.values())
        for subscription in every:
            ends = subscription.ends()
            if ends and ends <= now:
                catalog.remove_subscription(subscription)
            subscription.backlog.expire(now)
        self.settle(every)
