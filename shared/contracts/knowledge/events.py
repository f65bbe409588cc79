"""What happened to documents."""

from __future__ import annotations

from typing import ClassVar

from shared.contracts.base import Event
from shared.contracts.knowledge.documents import Failure


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
