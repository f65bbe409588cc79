"""The orders service behind its door, its bus and files, and a clock to move."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import sys
import warnings
from datetime import timedelta

import pytest

from shared.cloud import storage
from shared.contracts.base import new_id, now
from shared.runtime import Store
from tests.runtime.orders import TOPICS
from tests.runtime.service import Orders

PUSH_TOKEN = "push-token"


@pytest.fixture(autouse=True)
def _settings(monkeypatch, google):
    monkeypatch.setenv("PUBSUB_VERIFICATION_TOKEN", PUSH_TOKEN)


@pytest.fixture
def service_name() -> str:
    """A service of its own for each test: outboxes belong to services."""
    return f"orders-{new_id('t')[-12:].lower()}"


@pytest.fixture
def orders(signer, service_name) -> Orders:
    return Orders(signer.jwks, service_name)


class Door:
    """Requests of one tenant's user to the orders service, and pushes of the bus."""

    def __init__(self, client, orders, signer, tenant) -> None:
        self.client = client
        self.orders = orders
        self.signer = signer
        self.tenant = tenant

    def __call__(self, method, path, body=None, *, key=None, headers=None, token=None, **options):
        """Sends a request with a valid token, unless another is given; "" sends none."""
        if token is None:
            token = self.signer.token(self.tenant, self.orders.service.name)
        sent = {"Authorization": f"Bearer {token}"} if token else {}
        sent |= {"Idempotency-Key": key} if key else {}
        if body is not None:
            options["json"] = body
        return self.client.open(path, method=method, headers=sent | (headers or {}), **options)

    def push(self, event, *, path="/events", event_id=None, tenant=None, attempt=1, **attributes):
        """Pushes an event as Pub/Sub does; bytes are a payload of the type OrderPlaced."""
        data = event if isinstance(event, bytes) else event.model_dump_json().encode()
        message = {
            "data": base64.b64encode(data).decode(),
            "messageId": "1",
            "attributes": {
                "ce-id": event_id or new_id("evt"),
                "ce-type": getattr(event, "type", TOPICS[0]),
                "tenant": self.tenant if tenant is None else tenant,
            }
            | {name.replace("_", "-"): value for name, value in attributes.items()},
        }
        body = {"message": message, "deliveryAttempt": attempt, "subscription": "s"}
        return self.client.post(f"{path}?token={PUSH_TOKEN}", json=body)

    def tick(self):
        """Pushes what Cloud Scheduler publishes every minute."""
        message = {"data": "", "messageId": "2", "attributes": {"ce-type": "runtime.tick.v1"}}
        return self.client.post(f"/events?token={PUSH_TOKEN}", json={"message": message})

    def redeliver(self, message):
        """Pushes a message that the bus has got."""
        body = {
            "message": {
                "data": base64.b64encode(message["data"]).decode(),
                "messageId": message["id"],
                "attributes": message["attributes"],
            }
        }
        return self.client.post(f"/events?token={PUSH_TOKEN}", json=body)

    @property
    def store(self) -> Store:
        return Store(self.tenant)


@pytest.fixture
def door(serve, orders, signer, tenant) -> Door:
    return Door(serve(orders.service), orders, signer, tenant)


class Bus:
    """What has been published for one tenant since the test began."""

    def __init__(self, tenant: str) -> None:
        from google.api_core.exceptions import AlreadyExists
        from google.cloud import pubsub_v1

        self._tenant = tenant
        self._subscriber = pubsub_v1.SubscriberClient()
        publisher = pubsub_v1.PublisherClient()
        self._subscriptions = []
        for topic in TOPICS:
            path = publisher.topic_path(os.environ["GOOGLE_CLOUD_PROJECT"], topic)
            with contextlib.suppress(AlreadyExists):
                publisher.create_topic(name=path)
            name = path.replace("/topics/", "/subscriptions/") + f".{tenant}"
            self._subscriptions.append(name)
            self._subscriber.create_subscription(name=name, topic=path)
        publisher.stop()

    def received(self, event_type: str | None = None) -> list[dict]:
        """The messages that came since the last look, as `{id, data, attributes}`."""
        messages = [message for name in self._subscriptions for message in self._pull(name)]
        return [
            {"id": m.message_id, "data": m.data, "attributes": dict(m.attributes)}
            for m in messages
            if m.attributes["tenant"] == self._tenant
            and event_type in (None, m.attributes["ce-type"])
        ]

    def _pull(self, name):
        request = {"subscription": name, "max_messages": 1000, "return_immediately": True}
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            got = self._subscriber.pull(request=request, timeout=10).received_messages
        if got:
            ids = [each.ack_id for each in got]
            self._subscriber.acknowledge(request={"subscription": name, "ack_ids": ids})
        return [each.message for each in got]

    def close(self) -> None:
        for name in self._subscriptions:
            self._subscriber.delete_subscription(subscription=name)
        self._subscriber.close()


@pytest.fixture
def bus(tenant, google):
    opened = Bus(tenant)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def files(monkeypatch) -> dict[str, bytes]:
    """Cloud Storage in a dictionary."""
    kept: dict[str, bytes] = {}

    def write(path, data, content_type, timeout=30):
        kept[path] = data

    monkeypatch.setattr(storage, "write", write)
    monkeypatch.setattr(storage, "read", lambda path, timeout=30: kept.get(path))
    return kept


class Clock:
    """The time that the runtime sees; `forward` moves it."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def forward(self, **by: float) -> None:
        self._ahead += timedelta(**by)

    def now(self):
        return now() + self._ahead


@pytest.fixture
def clock(monkeypatch) -> Clock:
    moved = Clock()
    for name, module in list(sys.modules.items()):
        if name.startswith("shared.") and getattr(module, "now", None) is now:
            monkeypatch.setattr(module, "now", moved.now)
    return moved


@pytest.fixture
def lines(capsys):
    """The log lines written since the last look."""

    def read() -> list[dict]:
        written = capsys.readouterr().out.splitlines()
        return [json.loads(line) for line in written if line.startswith("{")]

    return read
