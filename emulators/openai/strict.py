"""What a strict JSON schema must look like before OpenAI takes it (structured outputs guide)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emulators.openai.errors import bad_request

Schema = dict[str, Any]
Path = tuple[str, ...]


def require_strict(schema: Any, subject: str, param: str, code: str | None = None) -> None:
    """Raises 400 unless every object in `schema` is closed and requires all its properties.

    `subject` names the place in the message, as in "response_format 'answer'".
    """
    if not isinstance(schema, dict) or schema.get("type") != "object":
        found = schema.get("type") if isinstance(schema, dict) else schema
        raise _invalid(
            subject,
            (),
            f"schema must be a JSON Schema of 'type: \"object\"', got '{found}'.",
            param,
            code,
        )
    for path, node in _nodes(schema, ()):
        fault = _fault(node)
        if fault:
            raise _invalid(subject, path, fault, param, code)


def _invalid(subject: str, path: Path, fault: str, param: str, code: str | None) -> Exception:
    return bad_request(f"Invalid schema for {subject}: In context={path!r}, {fault}", param, code)


def _fault(node: Schema) -> str | None:
    """What is wrong with one object's schema, or None."""
    if node.get("type") != "object":
        return None
    if node.get("additionalProperties") is not False:
        return "'additionalProperties' is required to be supplied and to be false."
    absent = [key for key in node.get("properties", {}) if key not in node.get("required", [])]
    if not absent:
        return None
    return (
        "'required' is required to be supplied and to be an array including every key in "
        f"properties. Missing '{absent[0]}'."
    )


def _nodes(schema: Schema, path: Path) -> Iterator[tuple[Path, Schema]]:
    """Every schema inside `schema`, with the keys that lead to it."""
    yield path, schema
    for group in ("properties", "$defs", "definitions"):
        for name, child in schema.get(group, {}).items():
            yield from _nodes(child, (*path, group, name))
    if isinstance(schema.get("items"), dict):
        yield from _nodes(schema["items"], (*path, "items"))
    for number, branch in enumerate(schema.get("anyOf", [])):
        yield from _nodes(branch, (*path, "anyOf", str(number)))
