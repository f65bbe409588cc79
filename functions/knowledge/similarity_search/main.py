"""Similarity Search: ranks a knowledge base's chunks for a query (port 8010).

An instance holds the indexes it is asked about in memory and asks the store before each search
only for what has changed, so a document that is ready is found by the next search.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from shared.contracts.knowledge import (
    DEFAULT_KNOWLEDGE_BASE,
    EmbeddingRequest,
    EmbeddingResult,
    IndexEntry,
    KnowledgeBase,
    SearchHit,
    SearchRequest,
    SearchResult,
    Segment,
)
from shared.knowledge.index.held import Indexes
from shared.knowledge.index.ranking import Index
from shared.runtime import Filter, Problem, Service, Store, call, log

service = Service("similarity-search")
indexes = Indexes()
FETCH_TOGETHER = 10  # segments of up to 900 kB


@service.post("/v1/search", scope="read")
@service.post("/internal/search", scope="ask", exposed=False)
def search(request: SearchRequest, store: Store) -> SearchResult:
    """The chunks that answer a query best, best first."""
    index = current_index(store, request.knowledge_base_id)
    if not len(index):
        require_base(store, request.knowledge_base_id)
        return SearchResult(items=[])
    hits = ranked(index, request)
    log("DEBUG", "searched", chunks=len(index), hits=len(hits), index_bytes=index.nbytes)
    return SearchResult(items=hits)


def ranked(index: Index, request: SearchRequest) -> list[SearchHit]:
    """Cosine and BM25 fused by score, after exact filters, above the threshold."""
    return index.search(
        request.query,
        query_vector(request.query),
        top_k=request.top_k,
        filters=request.filters,
        threshold=request.threshold,
    )


@lru_cache(maxsize=2000)
def query_vector(query: str) -> tuple[float, ...]:
    """The query's embedding; asked again it costs nothing. The model is the index's own."""
    result = call(
        "embedding-generation",
        "POST",
        "/internal/embeddings",
        EmbeddingRequest(texts=[query]),
        EmbeddingResult,
    )
    return tuple(result.vectors[0])


def current_index(store: Store, base_id: str) -> Index:
    """The knowledge base's index with everything that is ready by now."""

    def changed(since: datetime | None) -> list[IndexEntry]:
        conditions: list[Filter] = [("knowledge_base_id", "==", base_id)]
        if since:
            conditions.append(("changed_at", ">=", since))
        return store.all(IndexEntry, where=conditions)

    def fetch(segment_ids: list[str]) -> Iterable[Segment]:
        for together in chunks_of(segment_ids):
            yield from store.find_all(Segment, together)

    try:
        return indexes.current((store.tenant, base_id), changed, fetch)
    except LookupError as missing:
        raise Problem("unavailable", "The index is changing; try again.") from missing


def require_base(store: Store, base_id: str) -> None:
    """404 for a knowledge base that does not exist; an empty one just finds nothing."""
    if base_id != DEFAULT_KNOWLEDGE_BASE:
        store.get(KnowledgeBase, base_id)


def chunks_of(ids: list[str]) -> Iterable[list[str]]:
    """Ids in groups small enough to fetch together."""
    return (ids[i : i + FETCH_TOGETHER] for i in range(0, len(ids), FETCH_TOGETHER))


handle = service.entry_point
