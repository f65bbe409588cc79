"""The messages of google.firestore.v1 that this emulator speaks, and times in them."""

from __future__ import annotations

from google.protobuf.message import Message

from emulators.rpc.protos import message

V1 = "google.firestore.v1."

Document = message(V1 + "Document")
Value = message(V1 + "Value")
Write = message(V1 + "Write")
WriteResult = message(V1 + "WriteResult")
Empty = message("google.protobuf.Empty")
Timestamp = message("google.protobuf.Timestamp")


def timestamp(instant: int) -> Message:
    """Nanoseconds since the epoch as a Timestamp."""
    stamp = Timestamp()
    stamp.seconds, stamp.nanos = divmod(instant, 1_000_000_000)
    return stamp


def nanoseconds(stamp: Message) -> int:
    """A Timestamp as nanoseconds since the epoch."""
    return int(stamp.seconds * 1_000_000_000 + stamp.nanos)
