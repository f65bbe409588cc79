"""What Chat Completions does not take: the 400 rules of GPT-5 and GPT-6 and of messages."""

from __future__ import annotations

from typing import Any

from emulators.openai.errors import bad_request, missing, require_object, unsupported
from emulators.openai.models import reasons
from emulators.openai.prompt import Message
from emulators.openai.request_body import (
    Body,
    require_chat_model,
    require_effort,
    require_range,
    require_role,
    text,
)

ROLES = ("system", "developer", "user", "assistant", "tool")


def check(asked: Body) -> None:
    """Raises 400 or 404 for what the model would not take."""
    model = asked["model"]
    require_chat_model(model)
    require_effort(model, asked.get("reasoning_effort"), "reasoning_effort")
    require_range(asked)
    if asked.get("n") not in (None, 1):
        raise bad_request("This emulator gives one choice.", "n", "unsupported_value")
    if reasons(model):
        _check_reasoning(asked)
    limit = asked.get("max_completion_tokens")
    if limit is not None and limit < 1:
        message = (
            "Invalid 'max_completion_tokens': integer below minimum value. "
            f"Expected a value >= 1, but got {limit} instead."
        )
        raise bad_request(message, "max_completion_tokens", "integer_below_min_value")


def _check_reasoning(asked: Body) -> None:
    """The rules of models that reason; most end where `reasoning_effort` is "none"."""
    if asked.get("max_tokens") is not None:
        raise unsupported("max_tokens", " Use 'max_completion_tokens' instead.")
    if asked.get("reasoning_effort") == "none":
        return
    for name in ("temperature", "top_p"):
        if asked.get(name) not in (None, 1):
            message = (
                f"Unsupported value: '{name}' does not support {asked[name]} with this model. "
                "Only the default (1) value is supported."
            )
            raise bad_request(message, name, "unsupported_value")
    if asked.get("logprobs"):
        raise unsupported("logprobs")
    if asked.get("tools"):
        message = (
            f"Function tools with reasoning_effort are not supported for {asked['model']} in "
            "/v1/chat/completions. To use function tools, use /v1/responses or set "
            "reasoning_effort to 'none'."
        )
        raise bad_request(message, "reasoning_effort")


def messages_of(given: Any) -> tuple[Message, ...]:
    """The messages; 400 for none, for an unknown role, and for a tool's answer nobody asked for."""
    if given is None:
        raise missing("messages")
    if not isinstance(given, list) or not given:
        message = "Invalid 'messages': empty array. Expected an array with minimum length 1."
        raise bad_request(message, "messages", "empty_array")
    called: set[str] = set()
    messages = []
    for place, item in enumerate(given):
        param = f"messages[{place}]"
        role = require_role(require_object(item, param).get("role"), ROLES, f"{param}.role")
        if role == "tool" and item.get("tool_call_id") not in called:
            message = (
                "Invalid parameter: messages with role 'tool' must be a response to a preceeding "
                "message with 'tool_calls'."
            )
            raise bad_request(message, f"{param}.role")
        called |= {call["id"] for call in item.get("tool_calls") or []}
        messages.append(Message(role, text(item.get("content"), f"{param}.content")))
    return tuple(messages)
