"""A tenant's records: a handle is made for one tenant and cannot name another's documents."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from shared.cloud import firestore
from shared.cloud.patience import within
from shared.contracts.base import Listing, Page, Record
from shared.runtime.context import current
from shared.runtime.problems import Problem, not_found

if TYPE_CHECKING:
    from google.cloud.firestore import CollectionReference

R = TypeVar("R", bound=Record)
Filter = tuple[str, str, object]

DIRECTORY = "directory"
TENANT = re.compile(r"ten_[0-9A-Z]{26}|directory")
ID = re.compile(r"(?!__.*__$)(?!\.\.?$)[A-Za-z0-9._:~-]{1,300}")


class Store:
    """Reads of one tenant's records, and the few writes that need no guard."""

    def __init__(self, tenant: str) -> None:
        if not TENANT.fullmatch(tenant):
            raise ValueError(f"not a tenant id: {tenant!r}")
        self.tenant = tenant

    def path(self, kind: type[Record], record_id: str) -> str:
        """Where a record lives. An id that could name anything else is not found."""
        if not ID.fullmatch(record_id):
            raise not_found(noun(kind))
        return f"tenants/{self.tenant}/{kind.collection}/{record_id}"

    def find(self, kind: type[R], record_id: str) -> R | None:
        """The record, or None."""
        record, _ = self.find_versioned(kind, record_id)
        return record

    def get(self, kind: type[R], record_id: str, default: R | None = None) -> R:
        """The record, else the default, else 404."""
        record = self.find(kind, record_id) or default
        if record is None:
            raise not_found(noun(kind))
        return record

    def find_versioned(self, kind: type[R], record_id: str) -> tuple[R | None, datetime | None]:
        """The record and the update time that guards a later write; (None, None) if absent."""
        path = self.path(kind, record_id)
        with answering():
            snapshot = firestore.client().document(path).get(**within(current().remaining(10)))
        return (load(kind, snapshot), snapshot.update_time) if snapshot.exists else (None, None)

    def find_all(self, kind: type[R], record_ids: Iterable[str]) -> list[R]:
        """The records that exist among `record_ids`, in one round trip."""
        references = [firestore.client().document(self.path(kind, i)) for i in record_ids]
        with answering():
            found = firestore.client().get_all(references, **within(current().remaining(20)))
            return [load(kind, snapshot) for snapshot in found if snapshot.exists]

    def save(self, record: Record) -> None:
        """Writes now and unguarded: for immutable records under deterministic ids, and counters.

        Whatever must change together with other state goes through Work instead.
        """
        path = self.path(type(record), record.id)
        with answering():
            firestore.commit([firestore.set_write(path, dump(record))], current().remaining(10))

    def remove(self, kind: type[Record], record_ids: Iterable[str]) -> None:
        """Deletes now and unguarded; what is already gone is no error."""
        writes = [firestore.delete_write(self.path(kind, i)) for i in record_ids]
        with answering():
            for start in range(0, len(writes), 300):
                firestore.commit(writes[start : start + 300], current().remaining(30))

    def remove_where(self, kind: type[Record], where: Sequence[Filter]) -> None:
        """Deletes every matching record, read by name alone; what is already gone is no error."""
        query: Any = self._collection(kind).select([])
        for condition in where:
            query = query.where(filter=_filter(condition))
        with answering():
            found = [snapshot.id for snapshot in query.stream(**within(current().remaining(60)))]
        self.remove(kind, found)

    def page(
        self,
        kind: type[R],
        page: Page,
        *,
        where: Sequence[Filter] = (),
        order: str = "-created_at",
    ) -> Listing[R]:
        """One page of records. `order` is a field with a time, `-` before it for newest first."""
        field, descending = order.removeprefix("-"), order.startswith("-")
        query = self._query(kind, where, field, descending)
        if page.cursor:
            query = query.start_after(self._after(kind, field, page.cursor))
        with answering():
            found = list(query.limit(page.limit + 1).stream(**within(current().remaining(10))))
        items = [load(kind, snapshot) for snapshot in found[: page.limit]]
        more = len(found) > page.limit
        return Listing(items=items, next_cursor=_cursor(items[-1], field) if more else None)

    def all(self, kind: type[R], *, where: Sequence[Filter] = (), order: str = "") -> list[R]:
        """Every matching record; for collections that one request may read whole."""
        query: Any = self._collection(kind)
        for condition in where:
            query = query.where(filter=_filter(condition))
        query = query.order_by(order) if order else query
        with answering():
            return [load(kind, s) for s in query.stream(**within(current().remaining(20)))]

    def _collection(self, kind: type[Record]) -> CollectionReference:
        return firestore.client().collection(f"tenants/{self.tenant}/{kind.collection}")

    def _query(
        self, kind: type[Record], where: Sequence[Filter], field: str, descending: bool
    ) -> Any:
        direction = "DESCENDING" if descending else "ASCENDING"
        query: Any = self._collection(kind)
        for condition in where:
            query = query.where(filter=_filter(condition))
        return query.order_by(field, direction=direction).order_by("__name__", direction=direction)

    def _after(self, kind: type[Record], field: str, cursor: str) -> dict[str, Any]:
        try:
            value, record_id = json.loads(base64.urlsafe_b64decode(cursor))
            moment, path = datetime.fromisoformat(value), self.path(kind, record_id)
        except (ValueError, TypeError, Problem) as wrong:
            raise Problem("invalid-request", "The cursor is not one of ours.") from wrong
        return {field: moment, "__name__": firestore.client().document(path)}


def load(kind: type[R], snapshot: Any) -> R:
    return kind.model_validate({**(snapshot.to_dict() or {}), "id": snapshot.id})


def dump(record: Record) -> dict[str, Any]:
    return record.model_dump(exclude={"id"})


def noun(kind: type[Record]) -> str:
    return kind.collection.replace("_", " ").removesuffix("s")


def _filter(condition: Filter) -> Any:
    from google.cloud.firestore_v1.base_query import FieldFilter

    return FieldFilter(*condition)


def _cursor(record: Record, field: str) -> str:
    position = json.dumps([getattr(record, field).isoformat(), record.id])
    return base64.urlsafe_b64encode(position.encode()).decode()


class answering:
    """Turns a store that gives no answer into 503, which callers and Pub/Sub retry."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, Problem | firestore.Contention):
            return
        if isinstance(error, (firestore.StoreUnavailable, *firestore.unavailable())):
            raise Problem(
                "unavailable", "The store does not answer; try again.", headers={"Retry-After": "1"}
            ) from error
