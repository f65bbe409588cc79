"""Knowledge bases and their settings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from shared.contracts.base import Model, Record
from shared.contracts.knowledge.names import Name


class KnowledgeBaseSettings(Model):
    """How a knowledge base is searched and answered from."""

    top_k: Annotated[int, Field(ge=1, le=20)] = 8
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
