"""The gRPC service google.pubsub.v1.Subscriber."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from emulators.pubsub.broker import Broker
from emulators.pubsub.checks import SUBSCRIPTION_MUTABLE, clear_output_only
from emulators.pubsub.masks import updated
from emulators.pubsub.names import check, check_project
from emulators.pubsub.paging import page
from emulators.pubsub.protos import Empty, Snapshot, Subscription, named
from emulators.pubsub.pulling import Pulling
from emulators.pubsub.pusher import Pushers
from emulators.pubsub.replay import Replay
from emulators.pubsub.resources import Subscription as KeptSubscription
from emulators.pubsub.streaming import streaming_pull
from emulators.rpc.faults import Faults
from emulators.rpc.server import Service


class Subscriber:
    """Subscriptions themselves; pulling, streaming and replay have modules of their own."""

    def __init__(self, broker: Broker, pushers: Pushers) -> None:
        self._broker = broker
        self._pushers = pushers
        self._catalog = broker.catalog

    def service(self, faults: Faults) -> Service:
        """All methods of the API."""
        service = Service("google.pubsub.v1.Subscriber", faults)
        pulling, replay = Pulling(self._broker), Replay(self._broker)
        for method, response, answer in (
            ("GetSubscription", Subscription, self.get_subscription),
            ("UpdateSubscription", Subscription, self.update_subscription),
            ("ListSubscriptions", named("ListSubscriptionsResponse"), self.list_subscriptions),
            ("DeleteSubscription", Empty, self.delete_subscription),
            ("ModifyPushConfig", Empty, self.modify_push_config),
            ("Pull", named("PullResponse"), pulling.pull),
            ("Acknowledge", Empty, pulling.acknowledge),
            ("ModifyAckDeadline", Empty, pulling.modify_ack_deadline),
            ("CreateSnapshot", Snapshot, replay.create_snapshot),
            ("GetSnapshot", Snapshot, replay.get_snapshot),
            ("UpdateSnapshot", Snapshot, replay.update_snapshot),
            ("ListSnapshots", named("ListSnapshotsResponse"), replay.list_snapshots),
            ("DeleteSnapshot", Empty, replay.delete_snapshot),
            ("Seek", named("SeekResponse"), replay.seek),
        ):
            service.unary(method, named(f"{method}Request"), response, answer)
        service.unary("CreateSubscription", Subscription, Subscription, self.create_subscription)
        service.duplex(
            "StreamingPull",
            named("StreamingPullRequest"),
            named("StreamingPullResponse"),
            self.streaming_pull,
        )
        return service

    async def create_subscription(self, request: Any) -> Any:
        """Raises InvalidArgument, Unimplemented, NotFound (a topic), AlreadyExists."""
        check(request.name, "subscriptions")
        check(request.topic, "topics")
        clear_output_only(request)
        subscription = KeptSubscription(request, self._broker.clock.now())
        self._require_dead_letter_topic(request)
        self._catalog.add_subscription(subscription)
        self._pushers.start(subscription)
        self._broker.settle([subscription])
        return request

    async def get_subscription(self, request: Any) -> Any:
        """Raises NotFound."""
        return self._broker.subscription(request.subscription).config

    async def update_subscription(self, request: Any) -> Any:
        """Raises NotFound, InvalidArgument, Unimplemented."""
        subscription = self._broker.subscription(request.subscription.name)
        config = updated(
            subscription.config, request.subscription, request.update_mask, SUBSCRIPTION_MUTABLE
        )
        self._require_dead_letter_topic(config)
        self._configure(subscription, config)
        return subscription.config

    async def modify_push_config(self, request: Any) -> Any:
        """Raises NotFound, InvalidArgument."""
        subscription = self._broker.subscription(request.subscription)
        config = Subscription()
        config.CopyFrom(subscription.config)
        config.push_config.CopyFrom(request.push_config)
        self._configure(subscription, config)
        return Empty()

    async def list_subscriptions(self, request: Any) -> Any:
        """Of a project, by name."""
        parent = f"{check_project(request.project)}/"
        kept = self._catalog.subscriptions
        found, token = page(kept, parent, request.page_size, request.page_token)
        return named("ListSubscriptionsResponse")(
            subscriptions=[one.config for one in found], next_page_token=token
        )

    async def delete_subscription(self, request: Any) -> Any:
        """Raises NotFound."""
        subscription = self._broker.subscription(request.subscription)
        self._catalog.remove_subscription(subscription)
        self._broker.settle([subscription])
        return Empty()

    def streaming_pull(self, requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Raises as emulators.pubsub.streaming says."""
        return streaming_pull(self._broker, requests)

    def _configure(self, subscription: KeptSubscription, config: Any) -> None:
        subscription.configure(config)
        self._catalog.keep(subscription)
        self._broker.settle([subscription])

    def _require_dead_letter_topic(self, config: Any) -> None:
        if config.dead_letter_policy.dead_letter_topic:
            self._catalog.topic(config.dead_letter_policy.dead_letter_topic)
