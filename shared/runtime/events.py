"""Events in: the Pub/Sub push, and the inbox that drops repeats."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import BaseModel, Field, ValidationError

from shared.contracts.base import Record, now
from shared.runtime.problems import Problem
from shared.runtime.push_auth import authenticate
from shared.runtime.store import ID

if TYPE_CHECKING:
    from flask import Request

TICK = "runtime.tick.v1"
GIVEN_UP_AFTER = "CloudPubSubDeadLetterSourceDeliveryCount"
KEEP_INBOX = timedelta(days=8)


class PushedMessage(BaseModel):
    """The message of a push: cloud.google.com/pubsub/docs/push#receive_push."""

    data: str = ""
    attributes: dict[str, str] = {}
    message_id: Annotated[str, Field(alias="messageId")] = ""


class Push(BaseModel):
    message: PushedMessage
    delivery_attempt: Annotated[int, Field(alias="deliveryAttempt")] = 1


class InboxEntry(Record):
    """An event this service has handled; outlives Pub/Sub's seven days of redelivery."""

    collection: ClassVar[str] = "inbox"

    expires_at: datetime


@dataclass(frozen=True)
class Delivery:
    """One event as delivered. `only` names the one service that a replay is meant for."""

    id: str
    type: str
    tenant: str
    data: bytes
    attributes: dict[str, str]
    attempt: int

    @property
    def only(self) -> str | None:
        return self.attributes.get("only")

    def inbox_id(self, service: str) -> str:
        return f"{service}.{self.id}"


def receive(request: Request) -> Delivery:
    """The event in an authenticated push. Raises 401, or 400 if it is no push at all."""
    authenticate(request)
    try:
        push = Push.model_validate_json(request.get_data())
        data = base64.b64decode(push.message.data, validate=True)
    except (ValidationError, binascii.Error) as wrong:
        raise Problem("invalid-request", "This is not a Pub/Sub push.") from wrong
    attributes = push.message.attributes
    made = attributes.get("ce-id", "")
    return Delivery(
        id=made if ID.fullmatch(made) else push.message.message_id,
        type=attributes.get("ce-type", ""),
        tenant=attributes.get("tenant", ""),
        data=data,
        attributes=attributes,
        attempt=int(attributes.get(GIVEN_UP_AFTER, push.delivery_attempt)),
    )


def inbox_entry(service: str, delivery: Delivery) -> InboxEntry:
    return InboxEntry(id=delivery.inbox_id(service), expires_at=now() + KEEP_INBOX)
