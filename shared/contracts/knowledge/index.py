"""Chunks, vectors, and the segments and entries that a search index is made of."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from shared.contracts.base import Model, Record
from shared.contracts.knowledge.names import EMBEDDING_DIMENSIONS, EMBEDDING_MODEL


class Chunk(Model):
    """A passage: code points `start` to `end` of the text, on `page` (1-based; None if unpaged).

    `context` is what the passage cannot be understood without: for one that begins within a
    table, the table's header row.
    """

    start: int
    end: int
    page: int | None = None
    heading: tuple[str, ...] = ()
    context: str = ""


class ChunkSet(Model):
    """What extraction hands to embedding, stored beside the text as JSON."""

    document_id: str
    version: int
    title: str
    chunks: list[Chunk]


class Segment(Record):
    """An immutable slice of the index: up to a few hundred chunks of one document version.

    `vectors` is chunks × dimensions int8 with one float32 of `scales` a chunk; `spans` packs
    start, end and page (0: none) as three uint32 a chunk; `text` is the chunks' text, zlib by
    sixteen chunks; `lexicon` is the lexical side, as `shared/knowledge/index/lexicon.py` packs it.
    All little-endian. Under 900 kB in all.
    """

    collection: ClassVar[str] = "segments"

    knowledge_base_id: str
    document_id: str
    version: int
    model: str
    dimensions: int
    count: int
    vectors: bytes
    scales: bytes
    spans: bytes
    headings: list[str]
    text: bytes
    lexicon: bytes


class IndexEntry(Record):
    """What of a document is searchable now: one a document, replaced whole; id is the document's.

    A deleted document leaves a tombstone (`live` false), so that instances drop its segments.
    """

    collection: ClassVar[str] = "index_entries"

    knowledge_base_id: str
    external_id: str | None = None
    title: str = ""
    tags: list[str] = []
    version: int
    segments: list[str] = []
    live: bool = True
    changed_at: datetime


class EmbeddingRequest(Model):
    """Internal: texts to vectors."""

    texts: Annotated[list[str], Field(min_length=1, max_length=256)]
    model: str = EMBEDDING_MODEL
    dimensions: Annotated[int, Field(ge=1, le=3072)] = EMBEDDING_DIMENSIONS


class EmbeddingResult(Model):
    model: str
    dimensions: int
    vectors: list[list[float]]
