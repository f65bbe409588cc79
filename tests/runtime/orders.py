"""What the orders service of these tests is about: records, bodies, events."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from shared.contracts.base import Event, Model, Page, Record, new_id, now


class Order(Record):
    collection: ClassVar[str] = "orders"

    item: str
    quantity: int
    created_at: datetime


class Stock(Record):
    """How many orders there are, counted in the commit of each."""

    collection: ClassVar[str] = "stock"

    orders: int = 0


class Shipment(Record):
    """What handling `OrderPlaced` makes; `times` says how often."""

    collection: ClassVar[str] = "shipments"

    times: int = 0


class OrderInput(Model):
    item: Annotated[str, Field(min_length=1, max_length=100)]
    quantity: Annotated[int, Field(ge=1)] = 1


class OrderQuery(Page):
    tags: list[str] = []


class Upload(Model):
    title: str = ""
    filename: str
    content_type: str | None = None
    content: bytes


class Label(Model):
    text: str


class OrderPlaced(Event):
    type: ClassVar[str] = "tests.order.placed.v1"

    order_id: str


class OrderShipped(Event):
    type: ClassVar[str] = "tests.order.shipped.v1"

    order_id: str


class OrderLost(Event):
    type: ClassVar[str] = "tests.order.lost.v1"

    order_id: str


TOPICS = (OrderPlaced.type, OrderShipped.type, OrderLost.type)


def order(order_id: str | None = None, **fields: object) -> Order:
    """An order as it is before anybody has written it."""
    values = {"item": "tea", "quantity": 1, "created_at": now()} | fields
    return Order(id=new_id("ord") if order_id is None else order_id, **values)
