"""The outbox: events are written with the state they tell of and relayed at once after the commit.

What a crash left behind is swept at every `runtime.tick`. Consumers may therefore see an event
twice (their inbox drops the second), never not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.cloud import firestore, pubsub
from shared.cloud.patience import within
from shared.contracts.base import Event, new_id, now
from shared.runtime.context import Invocation, current
from shared.runtime.telemetry import log, log_error

if TYPE_CHECKING:
    from google.cloud.firestore_v1.types import Write

GRACE = timedelta(seconds=5)
SWEEP_BATCH = 200
PUBLISH_BYTES = 5_000_000  # Pub/Sub takes 10 MB a request
RELAY_SECONDS = 2.0
SWEEP_SECONDS = 10.0


@dataclass(frozen=True)
class Outgoing:
    """An event in CloudEvents form (Pub/Sub binding: attributes `ce-*`, data is the JSON)."""

    id: str
    service: str
    topic: str
    data: str
    attributes: dict[str, str]

    @property
    def path(self) -> str:
        return f"services/{self.service}/outbox/{self.id}"


def outgoing(invocation: Invocation, tenant: str, event: Event) -> Outgoing:
    """The event with its envelope; the producer makes the id, so a relay can repeat."""
    event_id = new_id("evt")
    return Outgoing(
        id=event_id,
        service=invocation.service,
        topic=event.type,
        data=event.model_dump_json(),
        attributes={
            "ce-specversion": "1.0",
            "ce-id": event_id,
            "ce-type": event.type,
            "ce-source": f"/services/{invocation.service}",
            "ce-time": now().isoformat(),
            "tenant": tenant,
            "traceparent": invocation.traceparent,
            "request-id": invocation.request_id,
        },
    )


def write(event: Outgoing) -> Write:
    """The outbox entry, to go into the commit of the state."""
    fields = {
        "topic": event.topic,
        "data": event.data,
        "attributes": event.attributes,
        "created_at": now(),
    }
    return firestore.set_write(event.path, fields)


def relay_now(events: Sequence[Outgoing]) -> None:
    """Relays committed events; a failure is logged and left to the sweep."""
    if not events:
        return
    try:
        for batch in _batches(events):
            _relay(batch, RELAY_SECONDS)
    except Exception as error:  # noqa: BLE001 - committed already: whatever it is, the sweep repeats
        log_error("events wait for the sweep", error, events=[e.id for e in events])


def _relay(batch: Sequence[Outgoing], seconds: float) -> None:
    """Publishes events of one topic, then forgets them: a crash in between publishes again."""
    messages = [{"data": event.data.encode(), "attributes": event.attributes} for event in batch]
    pubsub.publish(batch[0].topic, messages, timeout=current().remaining(seconds))
    gone = [firestore.delete_write(event.path) for event in batch]
    firestore.commit(gone, current().remaining(seconds))


def _batches(events: Sequence[Outgoing]) -> Iterator[list[Outgoing]]:
    """Events of one topic and no more bytes than one request to Pub/Sub takes."""
    batch: list[Outgoing] = []
    size = 0
    for event in sorted(events, key=lambda event: event.topic):
        size += len(event.data.encode())
        if batch and (event.topic != batch[0].topic or size > PUBLISH_BYTES):
            yield batch
            batch, size = [], len(event.data.encode())
        batch.append(event)
    if batch:
        yield batch


def sweep(service: str) -> int:
    """Relays what this service left behind, of all tenants, oldest first; returns how many.

    Entries younger than five seconds are left to the request that is relaying them. A topic
    that takes nothing holds up no other.
    """
    entries = firestore.client().collection(f"services/{service}/outbox")
    query = entries.where(filter=_older(now() - GRACE)).order_by("created_at").limit(SWEEP_BATCH)
    found = [_read(service, snapshot) for snapshot in query.stream(**within(SWEEP_SECONDS))]
    relayed = 0
    for batch in _batches(found):
        try:
            _relay(batch, SWEEP_SECONDS)
        except Exception as error:  # noqa: BLE001 - kept in the outbox; the next sweep tries again
            log_error("a topic takes no events", error, topic=batch[0].topic, events=len(batch))
        else:
            relayed += len(batch)
    if found:
        log("WARNING", "swept the outbox", found=len(found), relayed=relayed)
    return relayed


def _older(moment: datetime) -> Any:
    from google.cloud.firestore_v1.base_query import FieldFilter

    return FieldFilter("created_at", "<", moment)


def _read(service: str, snapshot: Any) -> Outgoing:
    fields = snapshot.to_dict()
    return Outgoing(
        id=snapshot.id,
        service=service,
        topic=fields["topic"],
        data=fields["data"],
        attributes=fields["attributes"],
    )
