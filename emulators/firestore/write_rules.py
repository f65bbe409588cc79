"""What makes a commit invalid whatever is stored: checked of all writes before any is applied."""

from __future__ import annotations

from collections.abc import Iterable

from google.protobuf.message import Message

from emulators.firestore import fields, transforms
from emulators.firestore.limits import check_fields
from emulators.firestore.names import check_document, database_of
from emulators.rpc.errors import InvalidArgument


def target(write: Message) -> str:
    """The document a write is about. Raises InvalidArgument for no or a bad name."""
    operation = write.WhichOneof("operation")
    if operation == "update":
        return check_document(write.update.name)
    if operation == "delete":
        return check_document(write.delete)
    if operation == "transform":
        return check_document(write.transform.document)
    raise InvalidArgument("empty write operation")


def check_writes(writes: Iterable[Message], database: str) -> list[str]:
    """The documents they are about. Raises InvalidArgument; cuts timestamps to microseconds."""
    names: list[str] = []
    before: dict[str, str] = {}
    for write in writes:
        name = target(write)
        names.append(name)
        if database_of(name) != database:
            raise InvalidArgument(f'Document name "{name}" is not in database {database}.')
        operation = write.WhichOneof("operation")
        if name in before:
            _check_sequence(write, before[name])
        before[name] = operation
        _check(write, operation)
    return names


def _check_sequence(write: Message, before: str) -> None:
    """Refuses preconditions that an earlier write of the same request contradicts."""
    precondition = write.current_document
    if precondition.WhichOneof("condition_type") == "exists":
        if before != "delete" and not precondition.exists:
            raise InvalidArgument("Cannot update then insert an entity in the same request.")
        if before == "delete" and precondition.exists:
            raise InvalidArgument("Cannot delete then update an entity in the same request.")


def _check(write: Message, operation: str) -> None:
    if operation == "update":
        check_fields(write.update.fields)
        for text in write.update_mask.field_paths:
            fields.parse(text)
        if write.update_transforms:
            transforms.check(write.update_transforms)
    elif operation == "transform":
        if not write.transform.field_transforms:
            raise InvalidArgument("The list of FieldTransform must not be empty.")
        transforms.check(write.transform.field_transforms)
    elif write.HasField("update_mask"):
        raise InvalidArgument("a delete must not specify a document mask.")
