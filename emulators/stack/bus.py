"""Makes a layout's topics and subscriptions in Pub/Sub: `python -m emulators.stack.bus LAYOUT`.

A process of its own, because the client library has no place in the light supervisor.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path

import grpc
from google.api_core.exceptions import AlreadyExists
from google.protobuf.field_mask_pb2 import FieldMask
from google.pubsub_v1 import PublisherClient, SubscriberClient, types
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from emulators.stack.topics import Layout, Subscription

RETRY = types.RetryPolicy(
    minimum_backoff=timedelta(seconds=0.5), maximum_backoff=timedelta(seconds=10)
)
CHANGEABLE = ["push_config", "ack_deadline_seconds", "retry_policy"]


def apply(layout: Layout, project: str, address: str) -> None:
    """Creates what is missing and brings subscriptions that exist up to date."""
    channel = grpc.insecure_channel(address)
    publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
    subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
    for topic in layout.topics:
        try:
            publisher.create_topic(name=f"projects/{project}/topics/{topic}")
        except AlreadyExists:
            continue
    for subscription in layout.subscriptions:
        wanted = _message(subscription, project)
        try:
            subscriber.create_subscription(request=wanted)
        except AlreadyExists:
            mask = [*CHANGEABLE, *(["dead_letter_policy"] if subscription.dead_letter else [])]
            subscriber.update_subscription(subscription=wanted, update_mask=FieldMask(paths=mask))


def _message(wanted: Subscription, project: str) -> types.Subscription:
    message = types.Subscription(
        name=f"projects/{project}/subscriptions/{wanted.name}",
        topic=f"projects/{project}/topics/{wanted.topic}",
        push_config=types.PushConfig(push_endpoint=wanted.endpoint),
        ack_deadline_seconds=wanted.ack_seconds,
        retry_policy=RETRY,
    )
    if wanted.dead_letter:
        message.dead_letter_policy = types.DeadLetterPolicy(
            dead_letter_topic=f"projects/{project}/topics/{wanted.dead_letter}",
            max_delivery_attempts=wanted.max_attempts,
        )
    return message


if __name__ == "__main__":
    apply(
        Layout.model_validate_json(Path(sys.argv[1]).read_bytes()),
        os.environ["GOOGLE_CLOUD_PROJECT"],
        os.environ["PUBSUB_EMULATOR_HOST"],
    )
