"""Documents, chunks and search: bodies, events and records of the Knowledge domain."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from shared.contracts.base import Event, Model, Page, Record

DEFAULT_KNOWLEDGE_BASE = "default"
EMBEDDING_MODEL = "text-embedding-3-small"
EMBEDDING_DIMENSIONS = 512

Format = Literal["pdf", "docx", "html", "markdown", "text", "csv"]
Status = Literal["processing", "ready", "failed"]
StageName = Literal["received", "extracted", "embedded", "indexed"]
Name = Annotated[str, Field(min_length=1, max_length=200)]
ExternalId = Annotated[str, Field(min_length=1, max_length=200)]
ResourceId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


def _bytes(value: object) -> object:
    """JSON carries bytes as base64; a multipart upload hands them over as they are."""
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise ValueError("content must be base64") from wrong


Content = Annotated[bytes, BeforeValidator(_bytes)]


class DocumentContent(Model):
    """The bytes of a document: `text`, or `content` (base64 in JSON, a file part in multipart)."""

    filename: Annotated[str, Field(min_length=1, max_length=255)] = "document.txt"
    content_type: Annotated[str, Field(max_length=127)] | None = None
    text: str | None = None
    content: Content | None = None

    @model_validator(mode="after")
    def one_body(self) -> Self:
        if (self.text is None) == (self.content is None):
            raise ValueError("give exactly one of text and content (a file part in multipart)")
        return self

    def data(self) -> bytes:
        return self.content if self.content is not None else (self.text or "").encode()


class DocumentUpload(DocumentContent):
    """`POST /v1/documents`. The same `external_id` again is a new version of that document."""

    title: Name | None = None
    external_id: ExternalId | None = None
    knowledge_base_id: ResourceId = DEFAULT_KNOWLEDGE_BASE
    tags: Annotated[list[Name], Field(max_length=20)] = []


class Failure(Model):
    """Why a document could not be used, in words for its owner."""

    code: str
    reason: str


class Stage(Model):
    name: StageName
    state: Literal["pending", "running", "done", "failed"] = "pending"
    at: datetime | None = None


class Document(Record):
    """A document and where its newest version stands. `live_version` is what answers cite."""

    collection: ClassVar[str] = "documents"

    knowledge_base_id: str
    external_id: str | None = None
    title: str
    filename: str
    content_type: str
    format: Format
    size: int
    sha256: str
    tags: list[str] = []
    version: int = 1
    live_version: int | None = None
    status: Status = "processing"
    stages: list[Stage] = []
    failure: Failure | None = None
    pages: int | None = None
    characters: int | None = None
    chunks: int | None = None
    created_at: datetime
    updated_at: datetime


class DocumentView(Document):
    """`GET /v1/documents/{id}`: the document with `progress` from 0 to 1 over its stages."""

    progress: float = 0.0


class DocumentQuery(Page):
    knowledge_base_id: ResourceId | None = None
    status: Status | None = None


class DocumentVersion(Record):
    """One immutable content of a document; id `{document_id}.{version}`."""

    collection: ClassVar[str] = "document_versions"

    document_id: str
    version: int
    filename: str
    content_type: str
    format: Format
    size: int
    sha256: str
    page_starts: list[int] = []
    characters: int | None = None
    chunks: int | None = None
    segments: list[str] = []
    created_at: datetime

    @property
    def original(self) -> str:
        """The file of the bytes as uploaded; two uploads racing for a version never share it."""
        return f"{folder(self.document_id)}/{self.version}/original-{self.sha256[:16]}"

    @property
    def text(self) -> str:
        return text_file(self.document_id, self.version)

    @property
    def chunk_set(self) -> str:
        return f"{folder(self.document_id)}/{self.version}/chunks.json"


class ExternalName(Record):
    """Makes `external_id` unique in a knowledge base; id is a hash of both."""

    collection: ClassVar[str] = "external_names"

    document_id: str


class EmbeddingProgress(Record):
    """How many chunks of a version are embedded; id `{document_id}.{version}`. Written blindly."""

    collection: ClassVar[str] = "embedding_progress"

    done: int
    total: int


class Chunk(Model):
    """A passage: code points `start` to `end` of the text, on `page` (1-based; None if unpaged)."""

    start: int
    end: int
    page: int | None = None
    heading: tuple[str, ...] = ()


class ChunkSet(Model):
    """What extraction hands to embedding, stored beside the text as JSON."""

    document_id: str
    version: int
    title: str
    chunks: list[Chunk]


class KnowledgeBaseSettings(Model):
    """How a knowledge base is searched and answered from."""

    top_k: Annotated[int, Field(ge=1, le=20)] = 6
    threshold: Annotated[float, Field(ge=0, le=2)] = 0.25
    model: Annotated[str, Field(max_length=100)] = "gpt-6-luna"
    refusal: Annotated[str, Field(min_length=1, max_length=500)] = (
        "I don't know. The documents I have do not answer that."
    )


class KnowledgeBaseInput(Model):
    name: Name
    settings: KnowledgeBaseSettings = KnowledgeBaseSettings()


class KnowledgeBase(Record):
    collection: ClassVar[str] = "knowledge_bases"

    name: str
    settings: KnowledgeBaseSettings = KnowledgeBaseSettings()
    created_at: datetime
    updated_at: datetime


class Segment(Record):
    """An immutable slice of the index: up to a few hundred chunks of one document version.

    `vectors` is chunks × dimensions int8 with one float32 of `scales` a chunk; `spans` packs
    start, end and page (0: none) as three uint32 a chunk; `text` is the chunks' text, zlib;
    `terms` and `postings` hold the lexical side. All little-endian. Under 900 kB in all.
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


def folder(document_id: str) -> str:
    """Where all files of a document are."""
    return f"documents/{document_id}"


def text_file(document_id: str, version: int) -> str:
    """The extracted text of a version, UTF-8: what every citation is checked against."""
    return f"{folder(document_id)}/{version}/text"


class DocumentReceived(Event):
    type: ClassVar[str] = "knowledge.document.received.v1"
    document_id: str
    version: int


class DocumentProcessed(Event):
    type: ClassVar[str] = "knowledge.document.processed.v1"
    document_id: str
    version: int


class DocumentEmbedded(Event):
    type: ClassVar[str] = "knowledge.document.embedded.v1"
    document_id: str
    version: int


class DocumentIndexed(Event):
    type: ClassVar[str] = "knowledge.document.indexed.v1"
    document_id: str
    version: int


class DocumentFailed(Event):
    type: ClassVar[str] = "knowledge.document.failed.v1"
    document_id: str
    version: int
    failure: Failure


class DocumentDeleted(Event):
    type: ClassVar[str] = "knowledge.document.deleted.v1"
    document_id: str
    versions: int


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


class EmbeddingRequest(Model):
    """Internal: texts to vectors."""

    texts: Annotated[list[str], Field(min_length=1, max_length=256)]
    model: str = EMBEDDING_MODEL
    dimensions: Annotated[int, Field(ge=1, le=3072)] = EMBEDDING_DIMENSIONS


class EmbeddingResult(Model):
    model: str
    dimensions: int
    vectors: list[list[float]]
