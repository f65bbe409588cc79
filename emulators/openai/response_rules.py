"""What Responses does not take, and reading its `input` items."""

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

_NAMES = """
access_programs background background_options context_management conversation include input
instructions max_output_tokens max_tool_calls metadata model moderation parallel_tool_calls
previous_response_id prompt prompt_cache_key prompt_cache_options prompt_cache_retention
reasoning safety_identifier service_tier store stream stream_options temperature text
tool_choice tools top_logprobs top_p truncation user
"""
PARAMETERS = frozenset(_NAMES.split())
MOVED = {
    "messages": "input",
    "response_format": "text.format",
    "reasoning_effort": "reasoning.effort",
    "max_tokens": "max_output_tokens",
    "max_completion_tokens": "max_output_tokens",
}
ROLES = ("assistant", "system", "developer", "user")
FEWEST_OUTPUT_TOKENS = 16


def check(asked: Body) -> None:
    """Raises 400 or 404 for what the model would not take."""
    model = asked["model"]
    for old, new in MOVED.items():
        if old in asked:
            message = (
                f"Unsupported parameter: '{old}'. In the Responses API, this parameter has moved "
                f"to '{new}'. Try again with the new parameter."
            )
            raise bad_request(message, old, "unsupported_parameter")
    require_chat_model(model)
    effort = (asked.get("reasoning") or {}).get("effort")
    require_effort(model, effort, "reasoning.effort")
    require_range(asked)
    if reasons(model) and effort != "none":
        for name in ("temperature", "top_p"):
            if asked.get(name) not in (None, 1):
                raise unsupported(name)
    limit = asked.get("max_output_tokens")
    if limit is not None and limit < FEWEST_OUTPUT_TOKENS:
        message = (
            "Invalid 'max_output_tokens': integer below minimum value. "
            f"Expected a value >= {FEWEST_OUTPUT_TOKENS}, but got {limit} instead."
        )
        raise bad_request(message, "max_output_tokens", "integer_below_min_value")


def messages_of(given: Any) -> tuple[Message, ...]:
    """The messages in `input`, a text or a list of items; repeated calls are passed over."""
    if given is None:
        raise missing("input")
    if isinstance(given, str):
        return (Message("user", given),)
    if not isinstance(given, list) or not given:
        message = "Invalid type for 'input': expected one of an array of objects or string."
        raise bad_request(message, "input", "invalid_type")
    messages = [_message(item, f"input[{place}]") for place, item in enumerate(given)]
    return tuple(message for message in messages if message)


def _message(item: Any, param: str) -> Message | None:
    kind = require_object(item, param).get("type", "message")
    if kind == "message":
        role = require_role(item.get("role"), ROLES, f"{param}.role")
        return Message(role, text(item.get("content"), f"{param}.content"))
    if kind == "function_call_output":
        return Message("tool", text(item.get("output"), f"{param}.output"))
    if kind in ("function_call", "reasoning"):
        return None
    raise bad_request(f"Invalid value: '{kind}'.", f"{param}.type", "invalid_value")
