"""Update masks: which fields of a resource an update takes over."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from emulators.rpc.errors import InvalidArgument


def updated(kept: Any, given: Any, mask: Any, mutable: Collection[str]) -> Any:
    """A copy of `kept` with the fields in `mask` (a FieldMask) as in `given`.

    Raises InvalidArgument for an empty mask, an unknown field, or one that cannot change.
    """
    kind = kept.DESCRIPTOR.name
    request = f"Update{kind}Request"
    if not mask.paths:
        raise InvalidArgument(
            f"The update_mask in the {request} must be set, "
            "and must contain a non-empty paths list."
        )
    for path in mask.paths:
        reason = _refusal(path, kept.DESCRIPTOR, mutable)
        if reason:
            raise InvalidArgument(f"Invalid update_mask provided in the {request}: {reason}")
    copy = type(kept)()
    copy.CopyFrom(kept)
    mask.MergeMessage(given, copy, replace_message_field=True, replace_repeated_field=True)
    return copy


def _refusal(path: str, descriptor: Any, mutable: Collection[str]) -> str:
    kind, fields = descriptor.name, descriptor.fields_by_name
    parts = path.split(".")
    for part in parts:
        if part not in fields:
            return f"{path} is not a known {kind} field."
        inner = fields[part].message_type
        fields = inner.fields_by_name if inner else {}
    return "" if parts[0] in mutable else f"the {parts[0]} field in the {kind} is not mutable."
