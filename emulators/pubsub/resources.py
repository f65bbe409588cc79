"""Topics, subscriptions and snapshots with what they hold."""

from __future__ import annotations

from collections import deque
from typing import Any

from emulators.pubsub.backlog import Backlog
from emulators.pubsub.backoff import seconds
from emulators.pubsub.checks import complete_subscription
from emulators.pubsub.deliveries import Message, nanoseconds
from emulators.pubsub.settings import Settings
from emulators.pubsub.signals import Bell
from emulators.rpc.clock import NANOSECONDS


class Topic:
    """A topic, what is attached to it, and the messages that it retains itself."""

    def __init__(self, config: Any) -> None:
        """`config` is a complete Topic message."""
        self.config = config
        self.subscriptions: dict[str, Subscription] = {}
        self.snapshots: dict[str, Snapshot] = {}
        self.log: deque[Message] = deque()

    @property
    def name(self) -> str:
        """projects/{project}/topics/{topic}"""
        return str(self.config.name)

    @property
    def retention(self) -> int:
        """Nanoseconds; 0 where the topic retains nothing."""
        return round(seconds(self.config.message_retention_duration) * NANOSECONDS)

    def outlived(self, now: int) -> list[Message]:
        """Takes off the messages whose retention is over."""
        gone = []
        while self.log and self.log[0].published + self.retention <= now:
            gone.append(self.log.popleft())
        return gone


class Subscription:
    """A subscription, its backlog, and the bell that tells its consumers of news."""

    def __init__(self, config: Any, now: int) -> None:
        """`config` is a Subscription message, which is checked and completed here.

        Raises InvalidArgument, Unimplemented.
        """
        self._filter = complete_subscription(config)
        self.config = config
        self.backlog = Backlog(Settings.of(config))
        self.bell = Bell()
        self.used = now
        self.streams = 0

    @property
    def name(self) -> str:
        """projects/{project}/subscriptions/{subscription}"""
        return str(self.config.name)

    @property
    def endpoint(self) -> str:
        """Where to push to; empty when messages are pulled."""
        return "" if self.config.detached else str(self.config.push_config.push_endpoint)

    def configure(self, config: Any) -> None:
        """Takes over a changed configuration. Raises as the constructor does."""
        complete_subscription(config)
        self.config = config
        self.backlog.settings = Settings.of(config)

    def wants(self, message: Message) -> bool:
        """Whether its filter lets a message through."""
        return self._filter is None or self._filter(message.body.attributes)

    def ends(self) -> int | None:
        """When it is deleted for lack of use, if it stays unused."""
        policy = self.config.expiration_policy
        if self.streams or not policy.HasField("ttl"):
            return None
        return self.used + round(seconds(policy.ttl) * NANOSECONDS)

    def next_due(self) -> int | None:
        """When time next changes something here."""
        dues = (self.backlog.next_due(), self.ends())
        return min((due for due in dues if due is not None), default=None)


class Snapshot:
    """The backlog of a subscription at one moment, and all that its topic published since."""

    def __init__(self, config: Any) -> None:
        """`config` is a complete Snapshot message."""
        self.config = config
        self.messages: dict[int, Message] = {}

    @property
    def name(self) -> str:
        """projects/{project}/snapshots/{snapshot}"""
        return str(self.config.name)

    @property
    def expires(self) -> int:
        """Nanoseconds since the epoch."""
        return nanoseconds(self.config.expire_time)
