"""Pub/Sub: publishing one batch a call, without the background thread of the batching client."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from shared.cloud.patience import within

if TYPE_CHECKING:
    from google.pubsub_v1 import PublisherClient

_making = threading.Lock()


def publish(topic: str, messages: Sequence[Mapping[str, Any]], timeout: float) -> None:
    """Publishes `{data: bytes, attributes: {str: str}}` messages to a topic of this project.

    Returns once Pub/Sub has them. Raises a google.api_core exception otherwise.
    """
    from google.pubsub_v1 import PubsubMessage

    with _making:
        publisher = _client()
    whole = [PubsubMessage(**message) for message in messages]
    publisher.publish(topic=_path(topic), messages=whole, **within(timeout))


def _path(topic: str) -> str:
    return f"projects/{os.environ['GOOGLE_CLOUD_PROJECT']}/topics/{topic}"


@cache
def _client() -> PublisherClient:
    from google.pubsub_v1 import PublisherClient

    address = os.environ.get("PUBSUB_EMULATOR_HOST")
    if not address:
        return PublisherClient()
    import grpc
    from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

    return PublisherClient(transport=PublisherGrpcTransport(channel=grpc.insecure_channel(address)))
