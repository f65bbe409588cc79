"""Which documents a search may look at: exact, decided before anything is ranked."""

from __future__ import annotations

from shared.contracts.knowledge import Filters, IndexEntry

EVERYTHING = Filters()


def passes(entry: IndexEntry, filters: Filters) -> bool:
    """Whether a document has one of each list that is given; empty lists ask for nothing."""
    tests = (
        (filters.document_ids, {entry.id}),
        (filters.external_ids, {entry.external_id}),
        (filters.tags, set(entry.tags)),
    )
    return all(own.intersection(wanted) for wanted, own in tests if wanted)
