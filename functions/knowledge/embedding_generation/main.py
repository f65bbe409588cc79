"""Embedding Generation: turns texts into vectors and documents into index segments (8009).

A document's chunks are embedded batch by batch, quantised to int8 and stored as immutable
segments under ids that its version determines, so that doing it again writes the same bytes.
"""

from __future__ import annotations

from shared.contracts.knowledge import (
    EMBEDDING_DIMENSIONS,
    EMBEDDING_MODEL,
    ChunkSet,
    Document,
    DocumentEmbedded,
    DocumentFailed,
    DocumentProcessed,
    DocumentVersion,
    EmbeddingProgress,
    EmbeddingRequest,
    EmbeddingResult,
    Failure,
    Segment,
)
from shared.knowledge import documents
from shared.knowledge.embedding import Vector, batches, embed, input_text
from shared.knowledge.openai import ModelRefused
from shared.runtime import DeadLetter, Files, Service, Store, Work, log, secret

service = Service("embedding-generation")


@service.post("/internal/embeddings", scope="ask", exposed=False)
def embed_texts(request: EmbeddingRequest) -> EmbeddingResult:
    """One vector a text, for services that search."""
    key = secret("openai-api-key")
    vectors = embed(key, request.texts, request.model, request.dimensions)
    return EmbeddingResult(model=request.model, dimensions=request.dimensions, vectors=vectors)


@service.on(DocumentProcessed)
def embed_document(event: DocumentProcessed, work: Work, files: Files) -> None:
    """Embeds a version's chunks and stores its segments, unless it is deleted or superseded."""
    document = work.find(Document, event.document_id)
    if document is None or document.version != event.version:
        discard(event, work.store)
        return
    version = work.get(DocumentVersion, documents.version_id(document.id, event.version))
    chunk_set = ChunkSet.model_validate_json(files.read(version.chunk_set))
    text = files.read(version.text).decode()
    try:
        vectors = embed_chunks(chunk_set, text, version.id, work.store)
    except ModelRefused as why:
        reason = f"The text could not be embedded. {why} Retry it once that is settled."
        fail(work, document, Failure(code="embedding-refused", reason=reason))
        return
    segments = index(document, chunk_set, text, vectors)
    for segment in segments:
        work.store.save(segment)
    work.put(version.model_copy(update={"segments": [segment.id for segment in segments]}))
    work.put(documents.advanced(document, "embedded"))
    work.publish(DocumentEmbedded(document_id=document.id, version=version.version))


@service.gave_up(DocumentProcessed)
def mark_failed(event: DocumentProcessed, letter: DeadLetter, work: Work) -> None:
    """Tells the owner when embedding kept failing."""
    document = work.find(Document, event.document_id)
    if document and document.version == event.version and document.status == "processing":
        reason = f"Embedding failed {letter.attempts} times; retry it later. ({letter.reason})"
        fail(work, document, Failure(code="embedding-failed", reason=reason))


def embed_chunks(chunk_set: ChunkSet, text: str, name: str, store: Store) -> list[Vector]:
    """A vector a chunk; how far it is shows while it runs."""
    inputs = [input_text(chunk_set.title, chunk, text) for chunk in chunk_set.chunks]
    key, vectors = secret("openai-api-key"), list[Vector]()
    for batch in batches(inputs):
        vectors += embed(key, batch, EMBEDDING_MODEL, EMBEDDING_DIMENSIONS)
        store.save(EmbeddingProgress(id=name, done=len(vectors), total=len(inputs)))
    log("DEBUG", "embedded", chunks=len(vectors), characters=sum(map(len, inputs)))
    return vectors


def index(
    document: Document, chunk_set: ChunkSet, text: str, vectors: list[Vector]
) -> list[Segment]:
    """The segments of a version: vectors, spans, text and terms of its chunks."""
    from shared.knowledge.index.segments import build

    texts = [text[chunk.start : chunk.end] for chunk in chunk_set.chunks]
    base_id = document.knowledge_base_id
    return build(chunk_set, texts, vectors, knowledge_base_id=base_id, model=EMBEDDING_MODEL)


def discard(event: DocumentProcessed, store: Store) -> None:
    """Drops what an earlier attempt may have stored for a version that nobody wants any more."""
    mine = [("document_id", "==", event.document_id), ("version", "==", event.version)]
    store.remove_where(Segment, mine)


def fail(work: Work, document: Document, failure: Failure) -> None:
    work.put(documents.failed(document, failure))
    work.publish(DocumentFailed(document_id=document.id, version=document.version, failure=failure))


handle = service.entry_point
