"""Topics and push subscriptions, as the manifest implies them."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from emulators.stack.manifest import Manifest, Service

DEAD_LETTER_ACK_SECONDS = 60


class Subscription(BaseModel):
    """Pushes a topic to `endpoint`; what fails `max_attempts` times goes to `dead_letter`."""

    name: str
    topic: str
    endpoint: str
    ack_seconds: int
    dead_letter: str | None = None
    max_attempts: int = 5


class Layout(BaseModel):
    """All topics and subscriptions of a stack."""

    topics: list[str]
    subscriptions: list[Subscription]


def layout(manifest: Manifest, every: Manifest, urls: Mapping[str, str], token: str) -> Layout:
    """The layout for the services of `manifest`, with the topics of all services of `every`.

    So a service may publish what nobody listens to in this stack.
    """
    events = {
        event
        for service in every.services.values()
        for event in (*service.publishes, *service.listens)
    } | set(every.runtime.publishes)
    subscriptions = [
        subscription
        for name, service in manifest.services.items()
        for subscription in _of_service(name, service, urls[name], token)
    ]
    dead = {s.dead_letter for s in subscriptions if s.dead_letter}
    return Layout(topics=sorted(events | dead), subscriptions=subscriptions)


def _of_service(name: str, service: Service, url: str, token: str) -> list[Subscription]:
    if not service.listens:
        return []
    dead = f"{name}.dead"
    heard = [
        Subscription(
            name=f"{name}.{event}",
            topic=event,
            endpoint=f"{url}/events?token={token}",
            ack_seconds=service.instance.ack_seconds,
            dead_letter=dead,
            max_attempts=service.instance.max_attempts,
        )
        for event in service.listens
    ]
    letters = Subscription(
        name=dead,
        topic=dead,
        endpoint=f"{url}/dead-letters?token={token}",
        ack_seconds=DEAD_LETTER_ACK_SECONDS,
    )
    return [*heard, letters]
