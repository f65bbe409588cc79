"""Firestore: one client a process, made on first use, and commits guarded by what was read."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from google.cloud.firestore import Client
    from google.cloud.firestore_v1.types import Write

# gRPC's default grows to two minutes: a store that is back would go unnoticed that long.
MOST_RECONNECT_MILLISECONDS = 1000

_making = threading.Lock()


class Contention(Exception):
    """A guard did not hold: somebody else wrote first. Read again and decide again."""


class StoreUnavailable(Exception):
    """Firestore did not answer in time; nothing is known to have been written."""


def client() -> Client:
    """The process's client. Never call it before a fork: its channel does not survive one."""
    with _making:
        return _client()


@cache
def _client() -> Client:
    from google.cloud import firestore
    from google.cloud.firestore_v1 import base_client

    for options in (base_client._GRPC_MSG_SIZE_OPTIONS, base_client._DEFAULT_CHANNEL_OPTIONS):
        options.append(("grpc.max_reconnect_backoff_ms", MOST_RECONNECT_MILLISECONDS))
    return firestore.Client()


def set_write(path: str, data: Mapping[str, Any]) -> Write:
    """The whole document at `path` becomes `data`."""
    batch = client().batch()
    batch.set(client().document(path), dict(data))
    write: Write = batch._write_pbs[0]
    return write


def delete_write(path: str) -> Write:
    from google.cloud.firestore_v1.types import Write

    return Write(delete=client().document(path)._document_path)


def verify_write(path: str) -> Write:
    """Changes nothing; carries a guard for a document that was only read.

    An update with an empty mask is a no-op that keeps `update_time`.
    """
    from google.cloud.firestore_v1.types import Document, Write

    write = Write(update=Document(name=client().document(path)._document_path))
    write._pb.update_mask.SetInParent()
    return write


def guard(write: Write, seen: datetime | None) -> Write:
    """Commit `write` only if the document is as it was seen: at that update time, or absent."""
    condition = write._pb.current_document
    if seen is None:
        condition.exists = False
    else:
        condition.update_time.CopyFrom(_timestamp(seen))
    return write


def _timestamp(moment: datetime) -> Any:
    if hasattr(moment, "timestamp_pb"):
        return moment.timestamp_pb()
    from google.protobuf.timestamp_pb2 import Timestamp

    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def commit(writes: Sequence[Write], timeout: float) -> datetime:
    """Applies all writes or none and returns the commit time.

    Raises Contention when a guard fails, StoreUnavailable when there is no answer. It is sent
    once: after a repetition, a guard that fails would not tell whose write had come first.
    """
    from google.api_core import exceptions

    database = client()._database_string
    try:
        answer = client()._firestore_api.commit(
            request={"database": database, "writes": list(writes)},
            metadata=client()._rpc_metadata,
            retry=None,
            timeout=timeout,
        )
    except (
        exceptions.AlreadyExists,
        exceptions.FailedPrecondition,
        exceptions.NotFound,
        exceptions.Aborted,
    ) as lost:
        raise Contention(str(lost)) from lost
    except unavailable() as down:
        raise StoreUnavailable(str(down)) from down
    moment: datetime = answer.commit_time
    return moment


def unavailable() -> tuple[type[Exception], ...]:
    """The exceptions that mean: try again later."""
    from google.api_core import exceptions

    return (
        exceptions.ServerError,
        exceptions.ResourceExhausted,
        exceptions.RetryError,
        exceptions.Cancelled,
    )
