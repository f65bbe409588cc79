"""Admin pages: databases, collections, documents and a document's fields."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf import json_format

from emulators.firestore.database import Database, Databases
from emulators.firestore.names import name_key
from emulators.firestore.stored import Stored
from emulators.rpc import html

ROWS = 500


def page(databases: Databases, path: Sequence[str]) -> str | None:
    """The page at a resource name below /firestore/; None when nothing is there.

    Without a name, all databases; for the root or a document its fields and collections; for a
    collection its documents, 500 at most.
    """
    if not path:
        roots = [html.link(database.name, "firestore", *_root(database)) for database in databases]
        return html.page(
            "Firestore", html.trail("firestore"), html.table(["database"], _rows(roots))
        )
    database = next((one for one in databases if _root(one) == list(path[:5])), None)
    if not database:
        return None
    name = "/".join(path)
    parts = _collection(database, name) if len(path) % 2 == 0 else _document(database, name)
    return html.page(path[-1], html.trail("firestore", *path), *parts) if parts else None


def _root(database: Database) -> list[str]:
    return [*database.name.split("/"), "documents"]


def _rows(cells: Sequence[html.Html]) -> list[list[html.Html]]:
    return [[cell] for cell in cells]


def _collection(database: Database, name: str) -> list[html.Html]:
    documents = sorted(database.documents(name), key=lambda document: document.name_key)
    beneath = {
        "/".join(path.split("/")[: name.count("/") + 2]) for path in database.collections(name)
    }
    missing = sorted(beneath - {document.name for document in documents}, key=name_key)
    rows = [[_link(document.name), _brief(document)] for document in documents[:ROWS]]
    rows += [
        [_link(path), html.text("(missing, has collections below)")] for path in missing[:ROWS]
    ]
    return [html.text(f"{len(documents)} documents"), html.table(["document", "fields"], rows)]


def _document(database: Database, name: str) -> list[html.Html]:
    stored = database.get(name) if name.count("/") > 4 else None
    depth = name.count("/") + 2
    below = sorted({"/".join(path.split("/")[:depth]) for path in database.collections(name)})
    parts = []
    if stored:
        fields = json_format.MessageToDict(stored.proto).get("fields", {})
        rows = [[field, html.code(value)] for field, value in sorted(fields.items())]
        parts.append(html.table(["field", "value"], rows))
    if below:
        parts.append(html.table(["collection"], _rows([_link(path) for path in below])))
    return parts


def _brief(document: Stored) -> html.Html:
    return html.text(", ".join(sorted(document.proto.fields)))


def _link(name: str) -> html.Html:
    return html.link(name.rpartition("/")[2], "firestore", *name.split("/"))
