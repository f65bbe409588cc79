"""Searching: what is asked and what is found."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.contracts.base import Model
from shared.contracts.knowledge.names import DEFAULT_KNOWLEDGE_BASE, ResourceId


class Filters(Model):
    """Exact masks before ranking; lists mean any of."""

    document_ids: Annotated[list[str], Field(max_length=100)] = []
    external_ids: Annotated[list[str], Field(max_length=100)] = []
    tags: Annotated[list[str], Field(max_length=20)] = []


class SearchRequest(Model):
    query: Annotated[str, Field(min_length=1, max_length=2000)]
    top_k: Annotated[int, Field(ge=1, le=100)] = 10
    knowledge_base_id: ResourceId = DEFAULT_KNOWLEDGE_BASE
    filters: Filters = Filters()
    threshold: float | None = None


class SearchHit(Model):
    """A chunk; `start` and `end` are code points into that version's text, `page` counts from 1.

    `score` is cosine + 0.02 · BM25: absolute, the same whatever else is found.
    """

    document_id: str
    external_id: str | None = None
    version: int
    page: int | None = None
    start: int
    end: int
    text: str
    score: float
    cosine: float
    title: str = ""
    heading: str = ""


class SearchResult(Model):
    items: list[SearchHit]
