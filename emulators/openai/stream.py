"""Server-sent events, and the fault that cuts them off."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from flask import Response, g

Event = dict[str, Any]


class StreamCutError(Exception):
    """Raised inside a stream to break the connection, as a fault switch asked for."""


def events(items: Iterable[Event], *, named: bool = False, last: str = "") -> Response:
    """A response that sends each event as it comes; `named` puts its `type` in an `event:` line."""
    lines = _lines(items, named, last)
    fault = g.get("fault")
    if fault and fault.cut_after is not None:
        lines = _cut(lines, fault.cut_after)
    return Response(lines, mimetype="text/event-stream", headers={"cache-control": "no-cache"})


def _lines(items: Iterable[Event], named: bool, last: str) -> Iterator[str]:
    for item in items:
        name = f"event: {item['type']}\n" if named else ""
        yield f"{name}data: {json.dumps(item, ensure_ascii=False)}\n\n"
    if last:
        yield f"data: {last}\n\n"


def _cut(lines: Iterator[str], after: int) -> Iterator[str]:
    yield from islice(lines, after)
    raise StreamCutError(f"cut after {after} events")
