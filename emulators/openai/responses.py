"""POST /v1/responses: plain, streamed as typed events, with tools and structured outputs."""

from __future__ import annotations

import time
import uuid
from collections import OrderedDict
from typing import Any

from flask import Response, jsonify

from emulators.openai import tools
from emulators.openai.errors import bad_request
from emulators.openai.prompt import Message
from emulators.openai.reply import Assistant, Reply, Request
from emulators.openai.request_body import Body, body, output_format
from emulators.openai.response_events import stream_of
from emulators.openai.response_rules import MOVED, PARAMETERS, check, messages_of
from emulators.openai.stream import events

CONVERSATIONS_KEPT = 1000


class Responses:
    """Responses on the extractive engine; the latest 1,000 can be continued."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._conversations: OrderedDict[str, tuple[Message, ...]] = OrderedDict()

    def create(self) -> Response:
        """POST /v1/responses"""
        asked = body(PARAMETERS | MOVED.keys())
        check(asked)
        turns = (
            *self._earlier(asked.get("previous_response_id")),
            *messages_of(asked.get("input")),
        )
        reply = self._assistant.reply(_read(asked, turns))
        response = _response(asked, reply)
        self._keep(response["id"], (*turns, Message("assistant", reply.text)))
        if asked.get("stream"):
            return events(stream_of(response, reply), named=True)
        return jsonify(response)

    def _earlier(self, previous: Any) -> tuple[Message, ...]:
        if previous is None:
            return ()
        if previous not in self._conversations:
            message = f"Previous response with id '{previous}' not found."
            raise bad_request(message, "previous_response_id", "previous_response_not_found")
        return self._conversations[previous]

    def _keep(self, identifier: str, turns: tuple[Message, ...]) -> None:
        self._conversations[identifier] = turns
        if len(self._conversations) > CONVERSATIONS_KEPT:
            self._conversations.popitem(last=False)


def _read(asked: Body, turns: tuple[Message, ...]) -> Request:
    """The request behind the body; `instructions` come first and hold for this turn alone."""
    instructions = asked.get("instructions")
    told = (Message("developer", instructions),) if instructions else ()
    messages = (*told, *turns)
    toolbox = tools.read(asked.get("tools"), asked.get("tool_choice"), nested=False)
    wanted = (asked.get("text") or {}).get("format") or {}
    texts = [message.text for message in messages]
    form = output_format(wanted, texts, "text.format", "input")
    return Request(messages, toolbox, form, asked.get("max_output_tokens"))


def _response(asked: Body, reply: Reply) -> Body:
    """The finished response object."""
    return {
        "id": f"resp_{uuid.uuid4().hex}",
        "object": "response",
        "created_at": int(time.time()),
        "status": "incomplete" if reply.cut else "completed",
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if reply.cut else None,
        "instructions": asked.get("instructions"),
        "max_output_tokens": asked.get("max_output_tokens"),
        "metadata": asked.get("metadata") or {},
        "model": asked["model"],
        "output": [_call(reply.call) if reply.call else _message(reply)],
        "parallel_tool_calls": asked.get("parallel_tool_calls", True),
        "previous_response_id": asked.get("previous_response_id"),
        "reasoning": {"effort": None, "summary": None, **(asked.get("reasoning") or {})},
        "service_tier": "default",
        "store": asked.get("store", True),
        "temperature": asked.get("temperature", 1.0),
        "text": {"format": {"type": "text"}, "verbosity": "medium", **(asked.get("text") or {})},
        "tool_choice": asked.get("tool_choice") or "auto",
        "tools": asked.get("tools") or [],
        "top_p": asked.get("top_p", 1.0),
        "truncation": asked.get("truncation") or "disabled",
        "usage": _usage(reply),
        "user": asked.get("user"),
    }


def _message(reply: Reply) -> Body:
    part = {"type": "output_text", "text": reply.text, "annotations": [], "logprobs": []}
    return {
        "id": f"msg_{uuid.uuid4().hex}",
        "type": "message",
        "role": "assistant",
        "status": "incomplete" if reply.cut else "completed",
        "content": [part],
    }


def _call(call: tools.Call) -> Body:
    return {
        "id": f"fc_{uuid.uuid4().hex}",
        "type": "function_call",
        "status": "completed",
        "call_id": f"call_{uuid.uuid4().hex[:24]}",
        "name": call.name,
        "arguments": call.arguments,
    }


def _usage(reply: Reply) -> Body:
    return {
        "input_tokens": reply.prompt_tokens,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": reply.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": reply.prompt_tokens + reply.output_tokens,
    }
