"""Reading a document version: its text, its facts and its chunks."""

from __future__ import annotations

from shared.contracts.knowledge import ChunkSet, Document, DocumentVersion
from shared.knowledge.chunking import chunk
from shared.knowledge.extraction import Unreadable, extract


def read(
    data: bytes, version: DocumentVersion, document: Document
) -> tuple[DocumentVersion, ChunkSet, str]:
    """The version with its facts, its chunks, and its text that their offsets point into.

    The title is the owner's if one was given, else the document's own. Raises Unreadable.
    """
    found = extract(data, version.format)
    chunks = chunk(found.text, found.page_starts)
    if not chunks:
        raise Unreadable("no-text", "There is no text in it beyond headings; add some.")
    facts = {"page_starts": found.page_starts, "characters": len(found.text), "chunks": len(chunks)}
    title = document.title if document.titled else found.title or version.filename
    chunk_set = ChunkSet(
        document_id=document.id, version=version.version, title=title, chunks=chunks
    )
    return version.model_copy(update=facts), chunk_set, found.text
