"""Events that could not be handled: kept, listed and replayed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from shared.cloud.firestore import Contention
from shared.contracts.base import Listing, Model, Page, Record, new_id, now
from shared.runtime.events import Delivery
from shared.runtime.outbox import Outgoing
from shared.runtime.store import DIRECTORY, TENANT, Filter, Store
from shared.runtime.telemetry import log
from shared.runtime.work import Work


class DeadLetter(Record):
    """An event one service gave up on, with its last failure in words."""

    collection: ClassVar[str] = "dead_letters"

    service: str
    type: str
    data: str
    attributes: dict[str, str]
    reason: str
    attempts: int
    created_at: datetime


class DeadLetterQuery(Page):
    type: str | None = None


class Replay(Model):
    """Which dead letters to deliver again: by id, by event type, or the newest hundred.

    `dry_run` only tells.
    """

    ids: Annotated[list[str], Field(max_length=100)] = []
    type: str | None = None
    dry_run: bool = False


class Replayed(Model):
    """The events (to be) delivered again."""

    ids: list[str]
    dry_run: bool


def letter(service: str, delivery: Delivery, reason: str) -> DeadLetter:
    return DeadLetter(
        id=delivery.inbox_id(service),
        service=service,
        type=delivery.type,
        data=delivery.data.decode(errors="replace"),
        attributes=delivery.attributes,
        reason=reason[:1000],
        attempts=delivery.attempt,
        created_at=now(),
    )


def home(delivery: Delivery) -> str:
    """The tenant whose event it is; one without a readable tenant is kept in the directory."""
    return delivery.tenant if TENANT.fullmatch(delivery.tenant) else DIRECTORY


def listed(service: str, store: Store, query: DeadLetterQuery) -> Listing[DeadLetter]:
    """Newest first."""
    conditions: list[Filter] = [("service", "==", service)]
    if query.type:
        conditions.append(("type", "==", query.type))
    return store.page(DeadLetter, query, where=conditions)


def replay(service: str, store: Store, wanted: Replay) -> Replayed:
    """Moves dead letters to the outbox, for this service alone, each in one commit.

    So none is lost or doubled, whatever crashes; one that somebody else replays is left to them.
    """
    chosen = _chosen(service, store, wanted)
    if not wanted.dry_run:
        for item in chosen:
            _replay(service, store, item)
    return Replayed(ids=[item.id for item in chosen], dry_run=wanted.dry_run)


def _chosen(service: str, store: Store, wanted: Replay) -> list[DeadLetter]:
    if not wanted.ids:
        return listed(service, store, DeadLetterQuery(limit=100, type=wanted.type)).items
    found = store.find_all(DeadLetter, wanted.ids)
    return [i for i in found if i.service == service and wanted.type in (None, i.type)]


def _replay(service: str, store: Store, item: DeadLetter) -> None:
    work = Work(store.tenant)
    if work.find(DeadLetter, item.id) is None:
        return
    work.delete(DeadLetter, item.id)
    attributes = {**item.attributes, "only": service}
    work.forward(Outgoing(new_id("evt"), service, item.type, item.data, attributes))
    try:
        work.commit()
    except Contention:
        log("INFO", "a dead letter was replayed by somebody else", dead_letter=item.id)
