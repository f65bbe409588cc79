"""One write of a commit: precondition, update, delete or transform, on a stage of changes."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.message import Message

from emulators.firestore import fields, transforms
from emulators.firestore.database import Database
from emulators.firestore.protos import Document, WriteResult, nanoseconds, timestamp
from emulators.firestore.sizes import check_size
from emulators.firestore.stored import Stored
from emulators.firestore.write_rules import check_writes
from emulators.rpc.errors import AlreadyExists, FailedPrecondition, InvalidArgument, NotFound

Stage = dict[str, Stored | None]


def apply(database: Database, writes: Sequence[Message], at: int) -> tuple[Stage, list[Message]]:
    """The changes that the writes make one after another, and their WriteResults.

    Nothing is changed yet. Raises what is wrong with the request, else with the first write that
    cannot be carried out.
    """
    names = check_writes(writes, database.name)
    stage: Stage = {}
    results = []
    for name, write in zip(names, writes, strict=True):
        old = stage[name] if name in stage else database.get(name)
        if write.HasField("current_document"):
            _check(write.current_document, old, name)
        result = WriteResult()
        stage[name] = _written(write, name, old, result, at)
        results.append(result)
    if len(stage) < len(names):
        _settle(database, names, stage, results)
    return stage, results


def _settle(database: Database, names: list[str], stage: Stage, results: list[Message]) -> None:
    """What several writes of a document come to: no change at all, or one for all of them."""
    for name, new in stage.items():
        old = database.get(name)
        if old and new and _same(old.proto, _dated(new.proto, old.proto)):
            stage[name] = old
    for name, result in zip(names, results, strict=True):
        final = stage[name]
        if final:
            result.update_time.CopyFrom(final.proto.update_time)


def _dated(document: Message, other: Message) -> Message:
    """A copy with the update time of another."""
    copy = Document()
    copy.CopyFrom(document)
    copy.update_time.CopyFrom(other.update_time)
    return copy


def _check(precondition: Message, old: Stored | None, name: str) -> None:
    if precondition.WhichOneof("condition_type") == "exists":
        if precondition.exists and not old:
            raise NotFound(f"No document to update: {name}")
        if old and not precondition.exists:
            raise AlreadyExists(f"Document already exists: {name}")
    elif precondition.WhichOneof("condition_type") == "update_time":
        stored = old.updated // 1000 if old else 0
        required = nanoseconds(precondition.update_time) // 1000
        if old and required > stored:
            raise InvalidArgument(
                f"Invalid base version, it is greater than the stored version: {name}"
            )
        if required != stored:
            raise FailedPrecondition(
                f"the stored version ({stored}) does not match "
                f"the required base version ({required})"
            )


def _written(
    write: Message, name: str, old: Stored | None, result: Message, at: int
) -> Stored | None:
    """The version after the write; the result is filled in."""
    operation = write.WhichOneof("operation")
    if operation == "delete":
        return None
    if operation == "update":
        new = _updated(write, old)
        asked = write.update_transforms
    else:
        new = _copy(old, name)
        asked = write.transform.field_transforms
    if asked:
        result.transform_results.extend(transforms.apply(new, asked, at))
    check_size(new)
    new.create_time.CopyFrom(old.proto.create_time if old else timestamp(at))
    if old:
        new.update_time.CopyFrom(old.proto.update_time)
        if _same(old.proto, new):
            result.update_time.CopyFrom(new.update_time)
            return old
    new.update_time.CopyFrom(timestamp(at))
    result.update_time.CopyFrom(new.update_time)
    return Stored(new)


def _updated(write: Message, old: Stored | None) -> Message:
    given = write.update
    if not write.HasField("update_mask"):
        new = Document()
        new.CopyFrom(given)
        return new
    new = _copy(old, given.name)
    for text in write.update_mask.field_paths:
        path = fields.parse(text)
        value = fields.get(given.fields, path)
        if value is None:
            fields.remove(new.fields, path)
        else:
            fields.put(new.fields, path, value)
    return new


def _copy(old: Stored | None, name: str) -> Message:
    new = Document()
    if old:
        new.CopyFrom(old.proto)
    else:
        new.name = name
    return new


def _same(old: Message, new: Message) -> bool:
    """Whether they are equal to the bit; == would take -0.0 for 0.0, and NaN for a change."""
    return bool(
        old.SerializeToString(deterministic=True) == new.SerializeToString(deterministic=True)
    )
