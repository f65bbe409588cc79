"""What a listener listens to: some documents, or a query; and the changes of that over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from google.protobuf.message import Message

from emulators.firestore.database import Changes, Database
from emulators.firestore.names import check_document
from emulators.firestore.protos import V1, timestamp
from emulators.firestore.queries import Query
from emulators.firestore.stored import Stored
from emulators.rpc.errors import InvalidArgument
from emulators.rpc.protos import message

ListenResponse = message(V1 + "ListenResponse")

Result = Mapping[str, Stored]


@dataclass
class Target:
    """One target of a stream; `seen` is what its listener knows."""

    number: int
    database: Database
    names: tuple[str, ...] = ()
    query: Query | None = None
    seen: Result = field(default_factory=dict)

    @classmethod
    def read(cls, database: Database, asked: Message) -> Target:
        """From an AddTarget. Raises InvalidArgument."""
        chosen = asked.WhichOneof("target_type")
        if chosen == "documents":
            names = tuple(check_document(name) for name in asked.documents.documents)
            return cls(asked.target_id, database, names=names)
        if chosen != "query":
            raise InvalidArgument("A target must have documents or a query.")
        query = Query.read(asked.query.parent, asked.query.structured_query)
        return cls(asked.target_id, database, query=query)

    def concerns(self, changes: Changes) -> bool:
        """Whether changes could change its result."""
        if not self.query:
            return any(name in changes for name in self.names)
        return any(self.query.scope.covers(name.rpartition("/")[0]) for name in changes)

    def result(self, at: int | None = None) -> Result:
        """The documents, as they are or were at an instant."""
        if self.query:
            return {found.name: found for found in self.query.run(self.database, at)}
        found = ((name, self.database.get(name, at)) for name in self.names)
        return {name: document for name, document in found if document}

    def advance(self, at: int) -> list[Message]:
        """The responses that bring the listener from what it has seen to what is there now."""
        before, after = self.seen, self.result()
        self.seen = after
        changed = [
            self._changed(document)
            for name, document in after.items()
            if before.get(name) is not document
        ]
        return changed + [self.gone(name, at) for name in before if name not in after]

    def _changed(self, document: Stored) -> Message:
        response = ListenResponse()
        shown = self.query.shown(document) if self.query else document.proto
        response.document_change.document.CopyFrom(shown)
        response.document_change.target_ids.append(self.number)
        return response

    def gone(self, name: str, at: int) -> Message:
        """That a document is deleted, or no longer belongs here."""
        response = ListenResponse()
        deleted = not self.database.get(name)
        told = response.document_delete if deleted else response.document_remove
        told.document = name
        told.removed_target_ids.append(self.number)
        told.read_time.CopyFrom(timestamp(at))
        return response
