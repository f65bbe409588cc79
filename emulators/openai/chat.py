"""POST /v1/chat/completions: plain, streamed, with tools and structured outputs."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterator
from typing import Any

from flask import Response, jsonify

from emulators.openai import tools
from emulators.openai.chat_rules import check, messages_of
from emulators.openai.reply import Assistant, Reply, Request
from emulators.openai.request_body import Body, body, output_format
from emulators.openai.stream import events

_NAMES = """
audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens
max_tokens messages metadata modalities model moderation n parallel_tool_calls prediction
presence_penalty prompt_cache_key prompt_cache_options prompt_cache_retention reasoning_effort
response_format safety_identifier seed service_tier stop store stream stream_options
temperature tool_choice tools top_logprobs top_p user verbosity web_search_options
"""
PARAMETERS = frozenset(_NAMES.split())
Delta = dict[str, Any]


class ChatCompletions:
    """Chat Completions on the extractive engine."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def create(self) -> Response:
        """POST /v1/chat/completions"""
        asked = body(PARAMETERS)
        reply = self._assistant.reply(_read(asked))
        head = {
            "id": f"chatcmpl-{uuid.uuid4().hex[:29]}",
            "created": int(time.time()),
            "model": asked["model"],
            "service_tier": "default",
            "system_fingerprint": "fp_emulator",
        }
        if asked.get("stream"):
            with_usage = bool((asked.get("stream_options") or {}).get("include_usage"))
            return events(_chunks(head, reply, with_usage), last="[DONE]")
        choice = {
            "index": 0,
            "message": _message(reply),
            "logprobs": None,
            "finish_reason": _finish(reply),
        }
        return jsonify(object="chat.completion", choices=[choice], usage=_usage(reply), **head)


def _read(asked: Body) -> Request:
    """The request behind the body; 400 or 404 if OpenAI would not take it."""
    check(asked)
    messages = messages_of(asked.get("messages"))
    toolbox = tools.read(asked.get("tools"), asked.get("tool_choice"), nested=True)
    wanted = asked.get("response_format") or {}
    flat = {**wanted, **(wanted.get("json_schema") or {})}
    texts = [message.text for message in messages]
    form = output_format(flat, texts, "response_format", "messages")
    limit = asked.get("max_completion_tokens") or asked.get("max_tokens")
    return Request(messages, toolbox, form, limit)


def _finish(reply: Reply) -> str:
    if reply.call:
        return "tool_calls"
    return "length" if reply.cut else "stop"


def _message(reply: Reply) -> Body:
    message: Body = {"role": "assistant", "content": reply.text, "refusal": None, "annotations": []}
    if reply.call:
        function = {"name": reply.call.name, "arguments": reply.call.arguments}
        message["content"] = None
        message["tool_calls"] = [{"id": _call_id(), "type": "function", "function": function}]
    return message


def _chunks(head: Body, reply: Reply, with_usage: bool) -> Iterator[Body]:
    """The chunks of a stream: role, content or call, finish reason, and the usage if asked for."""
    frame: Body = {**head, "object": "chat.completion.chunk"}
    if with_usage:
        frame["usage"] = None
    for delta in _deltas(reply):
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}
        yield {**frame, "choices": [choice]}
    end = {"index": 0, "delta": {}, "logprobs": None, "finish_reason": _finish(reply)}
    yield {**frame, "choices": [end]}
    if with_usage:
        yield {**frame, "choices": [], "usage": _usage(reply)}


def _deltas(reply: Reply) -> Iterator[Delta]:
    if not reply.call:
        yield {"role": "assistant", "content": "", "refusal": None}
        yield from ({"content": piece} for piece in reply.pieces)
        return
    yield {"role": "assistant", "content": None, "refusal": None}
    opening = {"name": reply.call.name, "arguments": ""}
    yield {"tool_calls": [{"index": 0, "id": _call_id(), "type": "function", "function": opening}]}
    for part in re.findall(r".{1,12}", reply.call.arguments):
        yield {"tool_calls": [{"index": 0, "function": {"arguments": part}}]}


def _call_id() -> str:
    return f"call_{uuid.uuid4().hex[:24]}"


def _usage(reply: Reply) -> Body:
    return {
        "prompt_tokens": reply.prompt_tokens,
        "completion_tokens": reply.output_tokens,
        "total_tokens": reply.prompt_tokens + reply.output_tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
