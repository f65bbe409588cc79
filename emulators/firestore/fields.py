"""Field paths ("a.b", "a.`b.c`") and what they lead to in a document's fields."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from google.protobuf.message import Message

from emulators.firestore.names import RESERVED
from emulators.firestore.protos import Document
from emulators.firestore.values import is_vector
from emulators.rpc.errors import InvalidArgument

Path = tuple[str, ...]
NAME: Path = ("__name__",)
SEGMENT = re.compile(r"([a-zA-Z_][a-zA-Z_0-9]*)|`((?:[^`\\]|\\.)+)`", re.DOTALL)
RULE = (
    "Unquoted property paths must match regex ([a-zA-Z_][a-zA-Z_0-9]*), "
    r"and quoted property paths must match regex (`(?:[^`\\]|(?:\\.))+`)"
)


@lru_cache(maxsize=4096)
def parse(text: str) -> Path:
    """The names along a field path. Raises InvalidArgument, as the service does."""
    if not text:
        raise InvalidArgument("Invalid empty property path string.")
    path: list[str] = []
    at = -1
    while at < len(text):
        found = SEGMENT.match(text, at + 1)
        if not found or (found.end() < len(text) and text[found.end()] != "."):
            raise InvalidArgument(f'Invalid property path "{text}". {RULE}')
        path.append(found[1] or re.sub(r"\\(.)", r"\1", found[2]))
        at = found.end()
    if any(RESERVED.match(name) for name in path) and tuple(path) != NAME:
        raise InvalidArgument(f"Invalid reserved name in field path {text}")
    return tuple(path)


def spell(path: Path) -> str:
    """A path as text, quoted where needed."""
    return ".".join(
        name if re.fullmatch(r"[a-zA-Z_][a-zA-Z_0-9]*", name) else f"`{_escaped(name)}`"
        for name in path
    )


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace("`", "\\`")


def _is_map(value: Message) -> bool:
    """Whether there can be fields in it; vectors are maps on the wire only."""
    return value.WhichOneof("value_type") == "map_value" and not is_vector(value)


def get(fields: Any, path: Path) -> Message | None:
    """The value at a path in a map of fields; None when there is none."""
    value = None
    for name in path:
        if value is not None:
            if not _is_map(value):
                return None
            fields = value.map_value.fields
        if name not in fields:
            return None
        value = fields[name]
    return value


def put(fields: Any, path: Path, value: Message) -> None:
    """Sets the value at a path; what is in the way of a nested field becomes a map."""
    for name in path[:-1]:
        inner = fields[name]
        if not _is_map(inner):
            inner.Clear()
            inner.map_value.SetInParent()
        fields = inner.map_value.fields
    fields[path[-1]].CopyFrom(value)


def remove(fields: Any, path: Path) -> None:
    """Deletes the value at a path, if there is one."""
    for name in path[:-1]:
        if name not in fields or not _is_map(fields[name]):
            return
        fields = fields[name].map_value.fields
    if path[-1] in fields:
        del fields[path[-1]]


def project(document: Message, paths: Iterable[Path]) -> Message:
    """A copy of a document with these fields only."""
    copy = Document(name=document.name)
    copy.create_time.CopyFrom(document.create_time)
    copy.update_time.CopyFrom(document.update_time)
    for path in paths:
        value = get(document.fields, path)
        if value is not None:
            put(copy.fields, path, value)
    return copy
