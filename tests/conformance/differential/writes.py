"""Random writes: sets, updates of some fields, deletes, transforms, preconditions."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.conformance.differential.values import FIELDS, array, document, number, value

SERVER_TIME = "REQUEST_TIME"


def write(random: Random, name: str) -> dict[str, Any]:
    """A Write of the document, as the fields of its message."""
    kind = random.choices(("set", "update", "transform", "delete"), (5, 4, 3, 1))[0]
    made = _WRITES[kind](random, name)
    if random.random() < 0.2:
        made["current_document"] = {"exists": random.random() < 0.6}
    return made


def _set(random: Random, name: str) -> dict[str, Any]:
    return {"update": {"name": name, "fields": document(random)}}


def _update(random: Random, name: str) -> dict[str, Any]:
    """Some of the named fields have a value; the others are deleted."""
    masked = random.sample(FIELDS, random.randint(0, 3))
    return _set(random, name) | {"update_mask": {"field_paths": masked}}


def _transform(random: Random, name: str) -> dict[str, Any]:
    transforms = [
        {"field_path": path, **_field_transform(random)}
        for path in random.sample(FIELDS, random.randint(1, 2))
    ]
    if random.random() < 0.5:
        return {"transform": {"document": name, "field_transforms": transforms}}
    return _update(random, name) | {"update_transforms": transforms}


def _delete(random: Random, name: str) -> dict[str, Any]:
    return {"delete": name}


def _field_transform(random: Random) -> dict[str, Any]:
    kind = random.choice(
        (
            "increment",
            "maximum",
            "minimum",
            "append_missing_elements",
            "remove_all_from_array",
            "set_to_server_value",
        )
    )
    if kind == "set_to_server_value":
        return {kind: SERVER_TIME}
    if kind in {"append_missing_elements", "remove_all_from_array"}:
        return {kind: array(random)}
    if kind == "increment":
        return {kind: number(random)}
    drawn = value(random, 2)
    return {kind: drawn if drawn.keys() & {"integer_value", "double_value"} else number(random)}


_WRITES = {"set": _set, "update": _update, "transform": _transform, "delete": _delete}
