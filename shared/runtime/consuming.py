"""One delivered event: handled once, retried while that may help, else a dead letter.

The inbox entry is written in the commit of what the handler changed, guarded to be new: of two
deliveries of one event only one can commit. Large or external effects come before it, under
deterministic ids, so that doing them again changes nothing.
"""

from __future__ import annotations

import random
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ValidationError

from shared.cloud.firestore import Contention
from shared.contracts.base import Event, Record, now
from shared.runtime import outbox
from shared.runtime.binding import bind
from shared.runtime.caller import Caller
from shared.runtime.context import REQUEST_ID, TRACEPARENT, current
from shared.runtime.dead_letters import DeadLetter, home, letter
from shared.runtime.events import (
    KEEP_INBOX,
    TICK,
    Delivery,
    InboxEntry,
    inbox_entry,
    receive,
)
from shared.runtime.files import Files
from shared.runtime.problems import Problem
from shared.runtime.replies import Reply
from shared.runtime.store import TENANT, Store
from shared.runtime.telemetry import log, log_error
from shared.runtime.work import Work

if TYPE_CHECKING:
    from flask import Request

    from shared.runtime.service import Service, Subscription

ATTEMPTS = 8
DEADLINE_SECONDS = 280.0
WORTH_RETRYING = {"unavailable", "deadline-exceeded", "rate-limited", "bad-gateway", "conflict"}
ACKNOWLEDGED = Reply(status=204)


class LastFailure(Record):
    """Why the latest delivery of an event failed; what a dead letter quotes."""

    collection: ClassVar[str] = "event_failures"

    reason: str
    expires_at: datetime


def consume(service: Service, request: Request) -> Reply:
    """Handles a push: 204 acknowledges, anything else has Pub/Sub deliver again later."""
    delivery = receive(request)
    _adopt(delivery)
    if delivery.type == TICK:
        current().operation = f"event {TICK}"
        outbox.sweep(service.name)
        return ACKNOWLEDGED
    subscription = service.subscriptions.get(delivery.type)
    if subscription is None or delivery.only not in (None, service.name):
        return ACKNOWLEDGED
    current().operation = f"event {delivery.type}"
    try:
        _handle(service, subscription, delivery)
    except Problem as problem:
        if problem.slug in WORTH_RETRYING:
            _remember(service, delivery, str(problem))
            raise
        _bury(service, delivery, str(problem))
    except Exception as error:
        _remember(service, delivery, f"{type(error).__name__}: {error}")
        raise
    return ACKNOWLEDGED


def bury_pushed(service: Service, request: Request) -> Reply:
    """Takes in an event that Pub/Sub gave up delivering."""
    delivery = receive(request)
    _adopt(delivery)
    current().operation = "dead letter"
    known = Store(home(delivery)).find(LastFailure, delivery.inbox_id(service.name))
    _bury(service, delivery, known.reason if known else "The service did not answer.")
    return ACKNOWLEDGED


def _adopt(delivery: Delivery) -> None:
    """The invocation goes on with the trace and request id of whoever published the event."""
    invocation = current()
    invocation.deadline = time.monotonic() + DEADLINE_SECONDS
    invocation.tenant = delivery.tenant or None
    if given := REQUEST_ID.fullmatch(delivery.attributes.get("request-id", "")):
        invocation.request_id = given[0]
    if parent := TRACEPARENT.fullmatch(delivery.attributes.get("traceparent", "")):
        invocation.trace_id = parent[1]


def _handle(service: Service, subscription: Subscription, delivery: Delivery) -> None:
    try:
        event = subscription.event.model_validate_json(delivery.data)
    except ValidationError as wrong:
        raise Problem("invalid-body", f"The event does not fit its schema: {wrong}") from wrong
    if not TENANT.fullmatch(delivery.tenant):
        raise Problem("invalid-body", "The event names no tenant.")
    _once(service, delivery, subscription.handler, {type(event): event})


def _bury(service: Service, delivery: Delivery, reason: str) -> None:
    """Keeps the event as a dead letter and tells the service, both at once."""
    log("ERROR", "event given up", event=delivery.id, type=delivery.type, reason=reason)
    dead = letter(service.name, delivery, reason)
    subscription = service.subscriptions.get(delivery.type)
    given: dict[Any, Any] = {DeadLetter: dead}
    handler = subscription.gave_up if subscription else None
    if subscription and handler:
        try:
            given[subscription.event] = subscription.event.model_validate_json(delivery.data)
        except ValidationError:
            handler = None  # nobody could tell what the event was about
    _once(service, delivery, handler, given, dead)


def _once(
    service: Service,
    delivery: Delivery,
    handler: Any,
    given: dict[Any, Event | DeadLetter],
    dead: DeadLetter | None = None,
) -> None:
    """Runs a handler and commits, unless the event was handled or given up already."""
    tenant = home(delivery)
    for attempt in range(ATTEMPTS):
        work = Work(tenant, again=attempt > 0)
        if work.find(InboxEntry, delivery.inbox_id(service.name)):
            return
        if dead and work.find(DeadLetter, dead.id):
            return
        if handler:
            caller = Caller(tenant=tenant, subject=f"system:{service.name}", kind="system")
            offered = {Work: work, Store: work.store, Files: Files(tenant), Caller: caller}
            handler(**bind(handler, {**offered, **given}, {}, None))
        work.put(dead or inbox_entry(service.name, delivery))
        try:
            work.commit()
        except Contention:
            time.sleep(0.02 * 2**attempt * random.random())  # noqa: S311 - jitter
        else:
            return
    raise Problem("conflict", "Too many changes at once.")


def _remember(service: Service, delivery: Delivery, reason: str) -> None:
    """Keeps the reason for a dead letter to come; never worse than not knowing it."""
    record = LastFailure(
        id=delivery.inbox_id(service.name), reason=reason[:1000], expires_at=now() + KEEP_INBOX
    )
    try:
        Store(home(delivery)).save(record)
    except Problem as error:
        log_error("the reason of a failed event was not kept", error, reason=reason)
