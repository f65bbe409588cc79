"""How a document moves through its stages: received, extracted, embedded, indexed."""

from __future__ import annotations

import hashlib
from datetime import datetime

from shared.contracts.base import now
from shared.contracts.knowledge import (
    DEFAULT_KNOWLEDGE_BASE,
    Document,
    DocumentContent,
    DocumentUpload,
    DocumentVersion,
    DocumentView,
    EmbeddingProgress,
    Failure,
    Format,
    IndexEntry,
    KnowledgeBase,
    Stage,
    StageName,
)
from shared.knowledge import media

STAGES: tuple[StageName, ...] = ("received", "extracted", "embedded", "indexed")


def implied_base(base_id: str) -> KnowledgeBase | None:
    """The default knowledge base, which every tenant has from the start; None for another id."""
    if base_id != DEFAULT_KNOWLEDGE_BASE:
        return None
    moment = now()
    return KnowledgeBase(id=base_id, name="Default", created_at=moment, updated_at=moment)


def external_name_id(base_id: str, external_id: str) -> str:
    """The id of the record that makes an external_id unique in its knowledge base."""
    return hashlib.sha256(f"{base_id}\n{external_id}".encode()).hexdigest()[:40]


def version_id(document_id: str, version: int) -> str:
    return f"{document_id}.{version}"


def new_document(document_id: str, upload: DocumentUpload, form: Format) -> Document:
    """A document just received, at version 0 until its first content is added."""
    moment = now()
    return Document(
        id=document_id,
        knowledge_base_id=upload.knowledge_base_id,
        external_id=upload.external_id,
        title=upload.title or upload.filename,
        titled=upload.title is not None,
        filename=upload.filename,
        content_type="",
        format=form,
        size=0,
        sha256="",
        tags=upload.tags,
        version=0,
        created_at=moment,
        updated_at=moment,
    )


def with_content(
    document: Document, content: DocumentContent, form: Format
) -> tuple[Document, DocumentVersion]:
    """The document one version further, at its first stage, and that version."""
    data = content.data()
    facts = {
        "filename": content.filename,
        "content_type": media.media_type(content.content_type, form),
        "format": form,
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "version": document.version + 1,
    }
    version = DocumentVersion.model_validate(
        {
            **facts,
            "id": version_id(document.id, document.version + 1),
            "document_id": document.id,
            "created_at": now(),
        }
    )
    if isinstance(content, DocumentUpload):
        facts |= {"tags": content.tags}
        if content.title:
            facts |= {"title": content.title, "titled": True}
    return restarted(document.model_copy(update=facts)), version


def restarted(document: Document) -> Document:
    """The document's newest version back at the start of its stages."""
    moment = now()
    stages = [Stage(name=name) for name in STAGES]
    stages[0] = Stage(name="received", state="done", at=moment)
    stages[1].state = "running"
    return document.model_copy(
        update={"status": "processing", "stages": stages, "failure": None, "updated_at": moment}
    )


def advanced(document: Document, stage: StageName, **facts: object) -> Document:
    """The document with `stage` done and the next one running; ready after the last."""
    reached = STAGES.index(stage)
    moment = now()
    stages = [_stage(document, i, reached, moment) for i in range(len(STAGES))]
    changes: dict[str, object] = {"stages": stages, "failure": None, "updated_at": moment, **facts}
    finished = reached == len(STAGES) - 1
    changes["status"] = "ready" if finished else "processing"
    return document.model_copy(update=changes)


def extracted(document: Document, version: DocumentVersion, title: str) -> Document:
    """The document with its text extracted, and what is known of it by that."""
    return advanced(
        document,
        "extracted",
        title=title,
        pages=len(version.page_starts) or None,
        characters=version.characters,
        chunks=version.chunks,
    )


def _stage(document: Document, index: int, reached: int, moment: datetime) -> Stage:
    name = STAGES[index]
    if index < reached:
        return document.stages[index]
    if index == reached:
        return Stage(name=name, state="done", at=moment)
    return Stage(name=name, state="running" if index == reached + 1 else "pending")


def failed(document: Document, failure: Failure) -> Document:
    """The document with the stage under way failed, and why."""
    moment = now()
    stages = [
        Stage(name=s.name, state="failed", at=moment) if s.state == "running" else s
        for s in document.stages
    ]
    return document.model_copy(
        update={"status": "failed", "stages": stages, "failure": failure, "updated_at": moment}
    )


def index_entry(document: Document, version: DocumentVersion) -> IndexEntry:
    """What makes a version of the document searchable."""
    return IndexEntry(
        id=document.id,
        knowledge_base_id=document.knowledge_base_id,
        external_id=document.external_id,
        title=document.title,
        tags=document.tags,
        version=version.version,
        segments=version.segments,
        changed_at=now(),
    )


def tombstone(entry: IndexEntry) -> IndexEntry:
    """What tells instances to drop a deleted document from their indexes."""
    return entry.model_copy(update={"live": False, "segments": [], "changed_at": now()})


def view(document: Document, embedding: EmbeddingProgress | None) -> DocumentView:
    """The document with its progress: stages done, and within embedding the chunks done."""
    done = sum(stage.state == "done" for stage in document.stages)
    part = 0.0
    if embedding and embedding.total and done == STAGES.index("embedded"):
        part = embedding.done / embedding.total
    progress = 1.0 if document.status == "ready" else (done + part) / len(STAGES)
    return DocumentView.model_validate({**document.model_dump(), "progress": round(progress, 3)})
