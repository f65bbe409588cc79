"""The emulator as a whole: its databases, and at which instant a request reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message

from emulators.firestore.database import Database, Databases
from emulators.firestore.indexes import Indexes
from emulators.firestore.names import check_database, database_of
from emulators.firestore.pages import page
from emulators.firestore.protos import nanoseconds
from emulators.firestore.queries import Query
from emulators.firestore.stored import Stored
from emulators.firestore.transaction import QueryRead, Transaction, signature
from emulators.firestore.transactions import Transactions
from emulators.rpc.clock import Clock
from emulators.rpc.journal import Journal


@dataclass
class Reading:
    """Where and when a request reads; `begun` is the id of a transaction it started."""

    database: Database
    at: int
    transaction: Transaction | None = None
    begun: bytes = b""

    def note_document(self, name: str, document: Stored | None) -> None:
        """Makes a document part of what the transaction has read."""
        if self.transaction and not self.transaction.read_only:
            self.transaction.documents.setdefault(name, document)

    def note_query(self, query: Query, found: list[Stored]) -> None:
        """Makes a query's result part of what the transaction has read."""
        if self.transaction and not self.transaction.read_only:
            database = self.database
            read = QueryRead(query.scope.covers, lambda: query.run(database), signature(found))
            self.transaction.queries.append(read)


class Firestore:
    """The engine behind the methods; see emulators.rpc.engine for its admin side."""

    name = "firestore"

    def __init__(self, clock: Clock, journal: Journal, indexes: Indexes | None = None) -> None:
        """With `indexes`, queries that need others are refused."""
        self.clock = clock
        self.indexes = indexes
        self.databases = Databases(clock, journal)
        self._transactions: dict[str, Transactions] = {}

    def database(self, name: str) -> Database:
        """A database by its name. Raises InvalidArgument for a bad one."""
        return self.databases[check_database(name)]

    def database_of(self, name: str) -> Database:
        """The database of a document or parent. Raises InvalidArgument for a bad name."""
        return self.databases[database_of(name)]

    def transactions(self, database: Database) -> Transactions:
        """The transactions of a database."""
        if database.name not in self._transactions:
            self._transactions[database.name] = Transactions(database, self.clock)
        return self._transactions[database.name]

    def reading(self, database: Database, request: Message) -> Reading:
        """When a request with a consistency_selector reads. Raises as the selector deserves."""
        transactions = self.transactions(database)
        chosen = request.WhichOneof("consistency_selector")
        if chosen == "read_time":
            return Reading(database, database.check_time(nanoseconds(request.read_time)))
        if chosen == "transaction":
            transaction = transactions.find(request.transaction)
            at = database.check_time(transactions.snapshot(transaction))
            return Reading(database, at, transaction)
        if chosen == "new_transaction":
            begun = transactions.begin(request.new_transaction)
            transaction = transactions.find(begun)
            return Reading(database, transactions.snapshot(transaction), transaction, begun)
        return Reading(database, database.read_time())

    def reset(self) -> None:
        """Deletes all documents."""
        self.databases.clear()

    def export(self) -> Iterator[dict[str, Any]]:
        """Every document, in the API's JSON."""
        for database in self.databases:
            for collection in sorted(database.collections(f"{database.name}/documents")):
                for document in database.documents(collection):
                    yield json_format.MessageToDict(document.proto)

    def page(self, path: Sequence[str]) -> str | None:
        """The pages to look at documents."""
        return page(self.databases, path)
