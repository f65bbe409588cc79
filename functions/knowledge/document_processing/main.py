"""Document Processing: takes documents in, checks them, extracts their text and chunks (8008).

An upload is answered once its bytes are stored and its record committed; the work that takes
time runs on the event that this publishes. Whatever cannot be read is refused at the door.
"""

from __future__ import annotations

from shared.contracts.knowledge import (
    Document,
    DocumentContent,
    DocumentFailed,
    DocumentProcessed,
    DocumentReceived,
    DocumentUpload,
    DocumentVersion,
    ExternalName,
    Failure,
    Format,
    KnowledgeBase,
    folder,
)
from shared.knowledge import documents
from shared.knowledge.extraction import Unreadable, detect, inspect
from shared.knowledge.extraction.limits import MAX_BYTES
from shared.knowledge.reading import read
from shared.runtime import DeadLetter, Files, Problem, Service, Work

service = Service("document-processing")
BODY_LIMIT = 36 << 20  # MAX_BYTES as base64, with room for the other fields


@service.post("/v1/documents", status=201, idempotent=True, limit=BODY_LIMIT)
def upload(upload: DocumentUpload, work: Work, files: Files) -> Document:
    """Stores a document and starts its processing; a known external_id gets a new version."""
    form = checked(upload)
    base_id = upload.knowledge_base_id
    base = work.get(KnowledgeBase, base_id, documents.implied_base(base_id))
    if not base.revision:
        work.create(base)
    return add_version(work, files, addressed(work, upload, form), upload, form)


@service.put("/v1/documents/{document_id}", idempotent=True, limit=BODY_LIMIT)
def replace(document_id: str, content: DocumentContent, work: Work, files: Files) -> Document:
    """A new version of a document; the one before answers until this one is ready."""
    document = work.edit(Document, document_id)
    return add_version(work, files, document, content, checked(content))


@service.post("/v1/documents/{document_id}/retry", status=202, idempotent=True)
def retry(document_id: str, work: Work) -> Document:
    """Processes a failed document's newest version again."""
    document = work.get(Document, document_id)
    if document.status != "failed":
        raise Problem("conflict", f"Only a failed document is retried; it is {document.status}.")
    work.publish(DocumentReceived(document_id=document_id, version=document.version))
    return work.put(documents.restarted(document))


@service.on(DocumentReceived)
def process(event: DocumentReceived, work: Work, files: Files) -> None:
    """Extracts text and chunks of a version, unless it is deleted or superseded meanwhile."""
    document = work.find(Document, event.document_id)
    if document is None:
        files.delete_under(folder(event.document_id))  # an attempt of ours may have outlived it
        return
    if document.version != event.version:
        return
    version = work.get(DocumentVersion, documents.version_id(document.id, event.version))
    try:
        version, chunk_set, text = read(files.read(version.original), version, document)
    except Unreadable as why:
        fail(work, document, Failure(code=why.code, reason=why.reason))
        return
    files.write(version.text, text.encode(), "text/plain; charset=utf-8")
    files.write(version.chunk_set, chunk_set.model_dump_json().encode())
    work.put(version)
    work.put(documents.extracted(document, version, chunk_set.title))
    work.publish(DocumentProcessed(document_id=document.id, version=version.version))


@service.gave_up(DocumentReceived)
def mark_failed(event: DocumentReceived, letter: DeadLetter, work: Work) -> None:
    """Tells the owner when processing itself kept failing."""
    document = work.find(Document, event.document_id)
    if document and document.version == event.version and document.status == "processing":
        reason = f"Processing failed {letter.attempts} times; retry it later. ({letter.reason})"
        fail(work, document, Failure(code="processing-failed", reason=reason))


def checked(content: DocumentContent) -> Format:
    """The format of an acceptable content. Raises 413, 415 or 422 saying what is wrong."""
    data = content.data()
    if len(data) > MAX_BYTES:
        raise Problem("payload-too-large", f"A document has at most {MAX_BYTES >> 20} MiB.")
    try:
        form = detect(data, content.filename, content.content_type)
        inspect(data, form)
    except Unreadable as why:
        slug = "unreadable-document"
        if why.code == "unsupported-format":
            slug = "unsupported-media-type"
        raise Problem(slug, why.reason, code=why.code) from why
    return form


def addressed(work: Work, upload: DocumentUpload, form: Format) -> Document:
    """The document that the upload's external_id names, or a new one that takes the name."""
    new = documents.new_document(work.new_id("doc"), upload, form)
    if upload.external_id is None:
        return new
    name = documents.external_name_id(upload.knowledge_base_id, upload.external_id)
    known = work.find(ExternalName, name)
    if known:
        return work.get(Document, known.document_id)
    work.put(ExternalName(id=name, document_id=new.id))
    return new


def add_version(
    work: Work, files: Files, document: Document, content: DocumentContent, form: Format
) -> Document:
    """Stores the content as the document's next version and has it processed.

    Nobody else can write that version too: the commit is guarded by the document's own.
    """
    document, version = documents.with_content(document, content, form)
    files.write(version.original, content.data(), version.content_type)
    work.put(version)
    work.publish(DocumentReceived(document_id=document.id, version=version.version))
    return work.put(document)


def fail(work: Work, document: Document, failure: Failure) -> None:
    work.put(documents.failed(document, failure))
    work.publish(DocumentFailed(document_id=document.id, version=document.version, failure=failure))


handle = service.entry_point
