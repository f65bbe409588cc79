"""The methods that list: documents, missing ones too, collections, and partitions of a query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from google.protobuf.message import Message

from emulators.firestore.engine import Firestore
from emulators.firestore.names import check_parent, name_key
from emulators.firestore.protos import V1, Document
from emulators.firestore.queries import Query
from emulators.firestore.reading import masked
from emulators.rpc.errors import InvalidArgument, Unimplemented
from emulators.rpc.protos import message

ListDocumentsResponse = message(V1 + "ListDocumentsResponse")
ListCollectionIdsResponse = message(V1 + "ListCollectionIdsResponse")
PartitionQueryResponse = message(V1 + "PartitionQueryResponse")
DEFAULT_PAGE = 300

Item = TypeVar("Item")


class Lists:
    """The methods, on an engine."""

    def __init__(self, firestore: Firestore) -> None:
        self._firestore = firestore

    async def documents(self, request: Message) -> Message:
        """ListDocuments, in the order of their names."""
        check_parent(request.parent)
        if request.order_by not in ("", "__name__", "__name__ asc"):
            raise Unimplemented("This emulator lists documents by name only.")
        database = self._firestore.database_of(request.parent)
        at = self._firestore.reading(database, request).at
        names = {
            document.name
            for collection in database.collections(request.parent, at)
            if _is_child(collection, request)
            for document in database.documents(collection, at)
        }
        if request.show_missing:
            names |= {
                "/".join(collection.split("/")[: request.parent.count("/") + 3])
                for collection in database.collections(request.parent, at)
                if _is_below(collection, request)
            }
        page, following = _page(sorted(names, key=name_key), request)
        response = ListDocumentsResponse(next_page_token=following)
        for name in page:
            document = database.get(name, at)
            shown = masked(document, request) if document else Document(name=name)
            response.documents.append(shown)
        return response

    async def collection_ids(self, request: Message) -> Message:
        """ListCollectionIds directly below a parent."""
        check_parent(request.parent)
        database = self._firestore.database_of(request.parent)
        at = self._firestore.reading(database, request).at
        depth = request.parent.count("/") + 1
        ids = {path.split("/")[depth] for path in database.collections(request.parent, at)}
        page, following = _page(sorted(ids), request)
        return ListCollectionIdsResponse(collection_ids=page, next_page_token=following)

    async def partitions(self, request: Message) -> Message:
        """PartitionQuery: cursors that cut the results into about equal parts."""
        if request.WhichOneof("query_type") != "structured_query":
            raise InvalidArgument("only structured queries are supported")
        if request.partition_count < 1:
            raise InvalidArgument("partition_count must be positive.")
        query = Query.read(request.parent, request.structured_query)
        if not query.scope.descendants or query.filter or len(query.orders) > 1:
            raise InvalidArgument(
                "Partition queries must be of a collection group, ordered by __name__ alone."
            )
        database = self._firestore.database_of(request.parent)
        found = query.run(database, self._firestore.reading(database, request).at)
        parts = min(request.partition_count + 1, len(found))
        cuts = [found[part * len(found) // parts].name for part in range(1, parts)]
        page, following = _page(cuts, request)
        response = PartitionQueryResponse(next_page_token=following)
        for name in page:
            response.partitions.add(before=True).values.add(reference_value=name)
        return response


def _is_child(collection: str, request: Message) -> bool:
    above, _, last = collection.rpartition("/")
    return above == request.parent and request.collection_id in ("", last)


def _is_below(collection: str, request: Message) -> bool:
    """Whether a collection is at least one document deeper than those listed."""
    rest = collection.removeprefix(request.parent + "/").split("/")
    return len(rest) > 1 and request.collection_id in ("", rest[0])


def _page(items: Sequence[Item], request: Message) -> tuple[Sequence[Item], str]:
    """The page asked for and the token of the next, which is a position."""
    if request.page_size < 0:
        raise InvalidArgument("page_size is negative")
    if request.page_token and not request.page_token.isdigit():
        raise InvalidArgument("The page token is not valid.")
    start = int(request.page_token or 0)
    end = start + (request.page_size or DEFAULT_PAGE)
    return items[start:end], str(end) if end < len(items) else ""
