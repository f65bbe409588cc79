"""Documents and their versions: bodies and records."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from shared.contracts.base import Model, Page, Record
from shared.contracts.knowledge.names import (
    DEFAULT_KNOWLEDGE_BASE,
    ExternalId,
    Format,
    Name,
    ResourceId,
    StageName,
    Status,
)


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
    """A document and where its newest version stands. `live_version` is what answers cite.

    `titled` says that its owner named it; else the title is its own, or the file's name.
    """

    collection: ClassVar[str] = "documents"

    knowledge_base_id: str
    external_id: str | None = None
    title: str
    titled: bool = False
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


def folder(document_id: str) -> str:
    """Where all files of a document are."""
    return f"documents/{document_id}"


def text_file(document_id: str, version: int) -> str:
    """The extracted text of a version, UTF-8: what every citation is checked against."""
    return f"{folder(document_id)}/{version}/text"
