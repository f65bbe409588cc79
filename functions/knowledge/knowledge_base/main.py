"""Knowledge Base: what a tenant's assistant knows, document by document (port 8011).

Reads and deletes documents, keeps knowledge bases and their settings, and makes an embedded
version searchable: one commit switches a document's index entry from one version to the next.
"""

from __future__ import annotations

from shared.contracts.base import Listing, Page, now
from shared.contracts.knowledge import (
    Document,
    DocumentDeleted,
    DocumentEmbedded,
    DocumentIndexed,
    DocumentQuery,
    DocumentVersion,
    DocumentView,
    EmbeddingProgress,
    ExternalName,
    IndexEntry,
    KnowledgeBase,
    KnowledgeBaseInput,
    Segment,
    folder,
)
from shared.knowledge import documents, media
from shared.runtime import Files, Problem, Reply, Service, Store, Work

service = Service("knowledge-base")


@service.get("/v1/documents")
def list_documents(query: DocumentQuery, store: Store) -> Listing[Document]:
    """Documents, newest first."""
    wanted = query.model_dump(exclude={"limit", "cursor"}, exclude_none=True)
    return store.page(Document, query, where=[(f, "==", v) for f, v in wanted.items()])


@service.get("/v1/documents/{document_id}")
def read_document(document_id: str, store: Store) -> DocumentView:
    """A document, its stages and its progress."""
    document = store.get(Document, document_id)
    name = documents.version_id(document.id, document.version)
    return documents.view(document, store.find(EmbeddingProgress, name))


@service.delete("/v1/documents/{document_id}")
def delete_document(document_id: str, work: Work) -> None:
    """Forgets a document: unsearchable at once, its files and segments right after."""
    document = work.edit(Document, document_id)
    entry = work.find(IndexEntry, document_id)
    if entry:
        work.put(documents.tombstone(entry))
    if document.external_id:
        name = documents.external_name_id(document.knowledge_base_id, document.external_id)
        work.delete(ExternalName, name)
    work.delete(Document, document_id)
    work.publish(DocumentDeleted(document_id=document_id, versions=document.version))


@service.get("/v1/documents/{document_id}/versions")
def list_versions(document_id: str, page: Page, store: Store) -> Listing[DocumentVersion]:
    """A document's versions, newest first."""
    store.get(Document, document_id)
    return store.page(DocumentVersion, page, where=[("document_id", "==", document_id)])


@service.get("/v1/documents/{document_id}/versions/{version}/text")
def read_text(document_id: str, version: int, store: Store, files: Files) -> Reply:
    """The text that citations of this version point into, by code point."""
    found = store.get(DocumentVersion, documents.version_id(document_id, version))
    return Reply(files.read(found.text), 200, {"Content-Type": "text/plain; charset=utf-8"})


@service.get("/v1/documents/{document_id}/versions/{version}/original")
def read_original(document_id: str, version: int, store: Store, files: Files) -> Reply:
    """The bytes as uploaded, always as a download: a document never runs in our origin."""
    found = store.get(DocumentVersion, documents.version_id(document_id, version))
    return Reply(files.read(found.original), 200, media.download_headers(found))


@service.get("/v1/knowledge-bases")
def list_bases(page: Page, store: Store) -> Listing[KnowledgeBase]:
    """Knowledge bases, newest first."""
    return store.page(KnowledgeBase, page)


@service.post("/v1/knowledge-bases", status=201, idempotent=True)
def create_base(wanted: KnowledgeBaseInput, work: Work) -> KnowledgeBase:
    """Another knowledge base beside the default one."""
    moment = now()
    base = KnowledgeBase(id=work.new_id("kb"), created_at=moment, updated_at=moment, **dict(wanted))
    return work.create(base)


@service.get("/v1/knowledge-bases/{base_id}")
def read_base(base_id: str, store: Store) -> KnowledgeBase:
    """A knowledge base and its settings."""
    return store.get(KnowledgeBase, base_id, documents.implied_base(base_id))


@service.put("/v1/knowledge-bases/{base_id}", idempotent=True)
def update_base(base_id: str, wanted: KnowledgeBaseInput, work: Work) -> KnowledgeBase:
    """Its name and settings, whole."""
    known = work.edit(KnowledgeBase, base_id, documents.implied_base(base_id))
    return work.put(known.model_copy(update={**dict(wanted), "updated_at": now()}))


@service.delete("/v1/knowledge-bases/{base_id}")
def delete_base(base_id: str, work: Work) -> None:
    """Only an empty one: documents are deleted one by one, never by accident."""
    work.edit(KnowledgeBase, base_id)
    inside = [("knowledge_base_id", "==", base_id)]
    if work.store.page(Document, Page(limit=1), where=inside).items:
        raise Problem("conflict", "It still has documents; delete them first.")
    work.delete(KnowledgeBase, base_id)


@service.on(DocumentEmbedded)
def index_document(event: DocumentEmbedded, work: Work) -> None:
    """Switches the document's index entry to the new version: searchable from this commit on."""
    document = work.find(Document, event.document_id)
    if document is None or document.version != event.version:
        return
    version = work.get(DocumentVersion, documents.version_id(document.id, event.version))
    known = work.find(IndexEntry, document.id)
    entry = documents.index_entry(document, version)
    work.put(entry.model_copy(update={"revision": known.revision if known else 0}))
    work.put(documents.advanced(document, "indexed", live_version=version.version))
    work.publish(DocumentIndexed(document_id=document.id, version=version.version))


@service.on(DocumentIndexed)
def drop_older_segments(event: DocumentIndexed, store: Store) -> None:
    """Older versions keep their text, which old answers cite; their segments are no longer read."""
    older = [("document_id", "==", event.document_id), ("version", "<", event.version)]
    store.remove_where(Segment, older)


@service.on(DocumentDeleted)
def purge_document(event: DocumentDeleted, store: Store, files: Files) -> None:
    """Removes every trace of a deleted document."""
    store.remove_where(Segment, [("document_id", "==", event.document_id)])
    versions = [documents.version_id(event.document_id, n + 1) for n in range(event.versions)]
    store.remove(EmbeddingProgress, versions)
    store.remove(DocumentVersion, versions)
    files.delete_under(folder(event.document_id))


handle = service.entry_point
