"""The typed events of a streamed response, in the order the API sends them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from emulators.openai.reply import Reply

Event = dict[str, Any]


def stream_of(response: Event, reply: Reply) -> Iterator[Event]:
    """All events of `response`, numbered from 0; the last carries it whole."""
    for number, event in enumerate(_events(response, reply)):
        yield {**event, "sequence_number": number}


def _events(response: Event, reply: Reply) -> Iterator[Event]:
    (item,) = response["output"]
    begun = {
        **response,
        "status": "in_progress",
        "output": [],
        "usage": None,
        "incomplete_details": None,
    }
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    empty: Event = {"arguments": ""} if reply.call else {"content": []}
    opened = {**item, **empty, "status": "in_progress"}
    yield {"type": "response.output_item.added", "output_index": 0, "item": opened}
    yield from _call_events(item) if reply.call else _text_events(item, reply)
    yield {"type": "response.output_item.done", "output_index": 0, "item": item}
    yield {"type": f"response.{response['status']}", "response": response}


def _text_events(item: Event, reply: Reply) -> Iterator[Event]:
    place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    (part,) = item["content"]
    yield {"type": "response.content_part.added", **place, "part": {**part, "text": ""}}
    for piece in reply.pieces:
        yield {"type": "response.output_text.delta", **place, "delta": piece, "logprobs": []}
    yield {"type": "response.output_text.done", **place, "text": part["text"], "logprobs": []}
    yield {"type": "response.content_part.done", **place, "part": part}


def _call_events(item: Event) -> Iterator[Event]:
    place = {"item_id": item["id"], "output_index": 0}
    kind = "response.function_call_arguments"
    for part in re.findall(r".{1,12}", item["arguments"]):
        yield {"type": f"{kind}.delta", **place, "delta": part}
    yield {"type": f"{kind}.done", **place, "name": item["name"], "arguments": item["arguments"]}
