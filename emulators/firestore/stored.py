"""One version of a document as it is kept: never changed, only replaced."""

from __future__ import annotations

from google.protobuf.message import Message

from emulators.firestore import fields
from emulators.firestore.names import NameKey, name_key
from emulators.firestore.protos import nanoseconds
from emulators.firestore.ranks import Rank
from emulators.firestore.values import Key, sort_key


class Stored:
    """A document with its sort keys, which are computed when first asked for."""

    __slots__ = ("_keys", "_name_key", "name", "proto", "updated")

    def __init__(self, proto: Message) -> None:
        self.proto = proto
        self.name: str = proto.name
        self.updated = nanoseconds(proto.update_time)
        self._name_key: NameKey | None = None
        self._keys: dict[fields.Path, Key | None] | None = None

    @property
    def name_key(self) -> NameKey:
        """What documents are ordered by last of all."""
        if self._name_key is None:
            self._name_key = name_key(self.name)
        return self._name_key

    def key(self, path: fields.Path) -> Key | None:
        """The sort key of the value at a path; None when the document has no such field."""
        if self._keys is None:
            self._keys = {}
        if path not in self._keys:
            self._keys[path] = self._key(path)
        return self._keys[path]

    def _key(self, path: fields.Path) -> Key | None:
        if path == fields.NAME:
            return (Rank.REFERENCE, self.name_key)
        value = fields.get(self.proto.fields, path)
        return None if value is None else sort_key(value)
