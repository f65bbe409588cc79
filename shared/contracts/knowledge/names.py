"""Names, ids and limits that the Knowledge domain's contracts share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

DEFAULT_KNOWLEDGE_BASE = "default"
EMBEDDING_MODEL = "text-embedding-3-small"
EMBEDDING_DIMENSIONS = 512

Format = Literal["pdf", "docx", "xlsx", "pptx", "epub", "eml", "html", "markdown", "text", "csv"]
Status = Literal["processing", "ready", "failed"]
StageName = Literal["received", "extracted", "embedded", "indexed"]
Name = Annotated[str, Field(min_length=1, max_length=200)]
ExternalId = Annotated[str, Field(min_length=1, max_length=200)]
ResourceId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
