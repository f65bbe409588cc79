"""What every service tells the platform about itself."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from shared.contracts.base import Event, Model


class RouteMeasure(Model):
    """Requests of one route and status in a window.

    `latency` counts requests by bucket: bucket b holds durations up to 1.1^b microseconds, so a
    quantile read from it is at most 10 % off, and windows of many instances add up.
    """

    route: str
    status: int
    count: int
    latency: dict[int, int]


class RequestsMeasured(Event):
    type: ClassVar[str] = "platform.requests.measured.v1"

    service: str
    instance: str
    started_at: datetime
    ended_at: datetime
    routes: list[RouteMeasure]
