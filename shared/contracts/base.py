"""What every contract is made of: models, stored records, events, pages and sortable ids."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Annotated, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

Item = TypeVar("Item")


class Model(BaseModel):
    """A body or part of one. Unknown fields are refused: a typo never passes silently."""

    model_config = ConfigDict(extra="forbid", validate_default=False)


class Record(Model):
    """A document in a tenant's store, kept at `tenants/{tenant}/{collection}/{id}`.

    `revision` counts the writes; it is the ETag of the resource.
    """

    model_config = ConfigDict(extra="ignore")

    collection: ClassVar[str]
    id: str
    revision: int = 0


class Event(Model):
    """A past-tense fact on the bus. `type` is its topic: `domain.thing.happened.v1`.

    Consumers ignore fields they do not know, so adding an optional field is compatible.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    type: ClassVar[str]


class Page(Model):
    """How every list is asked for."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(max_length=500)] | None = None


class Listing(Model, Generic[Item]):
    """How every list is answered; `next_cursor` asks for what follows, None at the end."""

    items: list[Item]
    next_cursor: str | None = None


def now() -> datetime:
    """The current time, UTC, with the microseconds Firestore keeps."""
    return datetime.now(UTC)


def new_id(prefix: str, at: datetime | None = None, entropy: bytes | None = None) -> str:
    """A prefixed ULID (48 bits of milliseconds, 80 of entropy): ids of one kind sort by time."""
    milliseconds = int((at or now()).timestamp() * 1000)
    number = milliseconds << 80 | int.from_bytes((entropy or secrets.token_bytes(10))[:10], "big")
    digits = [CROCKFORD[number >> shift & 31] for shift in range(125, -5, -5)]
    return f"{prefix}_{''.join(digits)}"
