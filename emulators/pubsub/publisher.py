"""The gRPC service google.pubsub.v1.Publisher."""

from __future__ import annotations

from typing import Any

from emulators.pubsub.broker import Broker
from emulators.pubsub.checks import TOPIC_MUTABLE, complete_topic
from emulators.pubsub.masks import updated
from emulators.pubsub.names import check, check_project
from emulators.pubsub.paging import page
from emulators.pubsub.protos import Empty, Topic, named
from emulators.pubsub.publishing import check_publish
from emulators.pubsub.resources import Topic as KeptTopic
from emulators.rpc.faults import Faults
from emulators.rpc.server import Service


class Publisher:
    """Each method takes its request message and returns its response."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._catalog = broker.catalog

    def service(self, faults: Faults) -> Service:
        """All methods of the API."""
        service = Service("google.pubsub.v1.Publisher", faults)
        for method, request, response, answer in (
            ("CreateTopic", Topic, Topic, self.create_topic),
            ("GetTopic", named("GetTopicRequest"), Topic, self.get_topic),
            ("UpdateTopic", named("UpdateTopicRequest"), Topic, self.update_topic),
            ("DeleteTopic", named("DeleteTopicRequest"), Empty, self.delete_topic),
            ("Publish", named("PublishRequest"), named("PublishResponse"), self.publish),
            (
                "DetachSubscription",
                named("DetachSubscriptionRequest"),
                named("DetachSubscriptionResponse"),
                self.detach_subscription,
            ),
        ):
            service.unary(method, request, response, answer)
        for what, answer in (
            ("Topics", self.list_topics),
            ("TopicSubscriptions", self.list_topic_subscriptions),
            ("TopicSnapshots", self.list_topic_snapshots),
        ):
            request, response = named(f"List{what}Request"), named(f"List{what}Response")
            service.unary(f"List{what}", request, response, answer)
        return service

    async def create_topic(self, request: Any) -> Any:
        """Raises InvalidArgument, Unimplemented, AlreadyExists."""
        check(request.name, "topics")
        complete_topic(request)
        self._catalog.add_topic(KeptTopic(request))
        self._broker.settle()
        return request

    async def get_topic(self, request: Any) -> Any:
        """Raises NotFound."""
        return self._catalog.topic(request.topic).config

    async def update_topic(self, request: Any) -> Any:
        """Raises NotFound, InvalidArgument, Unimplemented."""
        topic = self._catalog.topic(request.topic.name)
        config = updated(topic.config, request.topic, request.update_mask, TOPIC_MUTABLE)
        complete_topic(config)
        topic.config = config
        self._catalog.reconfigure_topic(topic)
        self._broker.settle()
        return config

    async def delete_topic(self, request: Any) -> Any:
        """Raises NotFound."""
        self._catalog.remove_topic(self._catalog.topic(request.topic))
        self._broker.settle()
        return Empty()

    async def publish(self, request: Any) -> Any:
        """Raises NotFound, InvalidArgument; then none of the messages is published."""
        topic = self._catalog.topic(request.topic)
        check_publish(request)
        return named("PublishResponse")(message_ids=self._broker.publish(topic, request.messages))

    async def list_topics(self, request: Any) -> Any:
        """Of a project, by name."""
        parent = f"{check_project(request.project)}/"
        topics, token = page(self._catalog.topics, parent, request.page_size, request.page_token)
        return named("ListTopicsResponse")(
            topics=[topic.config for topic in topics], next_page_token=token
        )

    async def list_topic_subscriptions(self, request: Any) -> Any:
        """The names of those attached. Raises NotFound."""
        attached = self._catalog.topic(request.topic).subscriptions
        found, token = page(attached, "", request.page_size, request.page_token)
        return named("ListTopicSubscriptionsResponse")(
            subscriptions=[one.name for one in found], next_page_token=token
        )

    async def list_topic_snapshots(self, request: Any) -> Any:
        """Their names. Raises NotFound."""
        retained = self._catalog.topic(request.topic).snapshots
        found, token = page(retained, "", request.page_size, request.page_token)
        return named("ListTopicSnapshotsResponse")(
            snapshots=[one.name for one in found], next_page_token=token
        )

    async def detach_subscription(self, request: Any) -> Any:
        """Raises NotFound."""
        subscription = self._broker.subscription(request.subscription)
        self._catalog.detach(subscription)
        self._broker.settle([subscription])
        return named("DetachSubscriptionResponse")()
