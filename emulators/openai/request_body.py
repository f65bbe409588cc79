"""Reading a request's body: the 400s and 404s that do not depend on which API it is."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import request

from emulators.openai.errors import bad_request, missing, unknown_model, unsupported
from emulators.openai.models import is_chat_model, reasons, refuses_no_effort
from emulators.openai.prompt import plain_text
from emulators.openai.reply import Format
from emulators.openai.strict import require_strict

Body = dict[str, Any]
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
LIMITS = {"temperature": 2, "top_p": 1}


def body(known: Collection[str]) -> Body:
    """The JSON object of the request; 400 if it is none, lacks a model or has unknown keys."""
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise bad_request("We could not parse the JSON body of your request.")
    if not isinstance(found.get("model"), str) or not found["model"]:
        raise bad_request("you must provide a model parameter")
    for name in found:
        if name not in known:
            raise bad_request(f"Unknown parameter: '{name}'.", name, "unknown_parameter")
    return found


def require_chat_model(name: str) -> None:
    """404 unless `name` is a chat model."""
    if not is_chat_model(name):
        raise unknown_model(name)


def require_effort(model: str, effort: Any, param: str) -> None:
    """400 for a reasoning effort that does not exist or that `model` does not have."""
    if effort is None:
        return
    if not reasons(model):
        raise unsupported(param)
    if effort not in EFFORTS:
        choices = ", ".join(f"'{one}'" for one in EFFORTS)
        message = f"Invalid value: '{effort}'. Supported values are: {choices}."
        raise bad_request(message, param, "invalid_value")
    if effort == "none" and refuses_no_effort(model):
        message = f"Unsupported value: 'none' is not supported with the '{model}' model."
        raise bad_request(message, param, "unsupported_value")


def require_range(found: Body) -> None:
    """400 for a temperature or top_p out of its range."""
    for name, most in LIMITS.items():
        value = found.get(name)
        if value is not None and value > most:
            message = (
                f"Invalid '{name}': decimal above maximum value. "
                f"Expected a value <= {most}, but got {value} instead."
            )
            raise bad_request(message, name, "decimal_above_max_value")


def require_role(role: Any, allowed: Collection[str], param: str) -> str:
    """`role` if it is `allowed`; else 400."""
    if role not in allowed:
        choices = ", ".join(f"'{one}'" for one in allowed)
        message = f"Invalid value: '{role}'. Supported values are: {choices}."
        raise bad_request(message, param, "invalid_value")
    return str(role)


def text(content: Any, param: str) -> str:
    """The text of a message's content; 400 if it is neither a string nor a list."""
    if content is not None and not isinstance(content, str | list):
        message = f"Invalid type for '{param}': expected one of a string or array of objects."
        raise bad_request(message, param, "invalid_type")
    return plain_text(content)


def output_format(wanted: Body, texts: Collection[str], place: str, messages: str) -> Format:
    """The format `wanted`, whose schema stands flat in it.

    400 for JSON mode when no text says "json", and for a strict schema that is not.
    """
    kind = wanted.get("type", "text")
    if kind == "json_object" and not any("json" in one.lower() for one in texts):
        message = (
            f"'{messages}' must contain the word 'json' in some form, to use '{place}' "
            "of type 'json_object'."
        )
        raise bad_request(message, messages)
    if kind != "json_schema":
        return Format(kind)
    for key in ("name", "schema"):
        if not wanted.get(key):
            raise missing(f"{place}.{key}")
    if wanted.get("strict"):
        require_strict(wanted["schema"], f"response_format '{wanted['name']}'", place)
    return Format(kind, wanted["schema"])
