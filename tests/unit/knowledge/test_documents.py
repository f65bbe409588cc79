"""A document's way through its stages."""

from __future__ import annotations

from shared.contracts.knowledge import Document, DocumentUpload, EmbeddingProgress, Failure
from shared.knowledge import documents, media


def received(**fields: object) -> Document:
    upload = DocumentUpload.model_validate({"filename": "prices.md", "text": "# Prices", **fields})
    new = documents.new_document("doc_1", upload, "markdown")
    document, _ = documents.with_content(new, upload, "markdown")
    return document


def states(document: Document) -> list[str]:
    return [stage.state for stage in document.stages]


def test_a_new_document_is_received_and_being_extracted() -> None:
    document = received()
    assert (document.version, document.status) == (1, "processing")
    assert states(document) == ["done", "running", "pending", "pending"]


def test_each_stage_starts_the_next_and_the_last_makes_it_ready() -> None:
    document = received()
    document = documents.advanced(document, "extracted", chunks=3)
    assert states(document) == ["done", "done", "running", "pending"]
    document = documents.advanced(document, "embedded")
    document = documents.advanced(document, "indexed", live_version=1)
    assert (document.status, document.live_version, document.chunks) == ("ready", 1, 3)
    assert states(document) == ["done"] * 4


def test_a_failure_names_the_stage_under_way_and_why() -> None:
    document = documents.failed(received(), Failure(code="no-text", reason="Nothing to read."))
    assert document.status == "failed"
    assert states(document) == ["done", "failed", "pending", "pending"]
    assert document.failure is not None and document.failure.reason == "Nothing to read."


def test_a_retry_starts_the_same_version_over() -> None:
    failed = documents.failed(received(), Failure(code="no-text", reason="Nothing to read."))
    again = documents.restarted(failed)
    assert (again.version, again.status, again.failure) == (1, "processing", None)


def test_new_content_is_the_next_version_while_the_old_one_stays_live() -> None:
    live = received().model_copy(update={"live_version": 1, "status": "ready"})
    upload = DocumentUpload(filename="prices-2026.md", text="# Prices 2026")
    document, version = documents.with_content(live, upload, "markdown")
    assert (document.version, document.live_version) == (2, 1)
    assert (version.id, version.version, version.size) == ("doc_1.2", 2, len(b"# Prices 2026"))


def test_two_contents_racing_for_one_version_never_share_a_file() -> None:
    live = received()
    one, other = (DocumentUpload(filename="a.md", text=text) for text in ("one", "other"))
    (_, first), (_, second) = (documents.with_content(live, c, "markdown") for c in (one, other))
    assert first.version == second.version
    assert first.original != second.original


def test_progress_grows_with_stages_and_with_chunks_embedded() -> None:
    document = documents.advanced(received(), "extracted")
    half = EmbeddingProgress(id="doc_1.1", done=5, total=10)
    steps = [
        documents.view(received(), None).progress,
        documents.view(document, None).progress,
        documents.view(document, half).progress,
        documents.view(documents.advanced(document, "embedded"), half).progress,
        documents.view(documents.advanced(document, "indexed"), half).progress,
    ]
    assert steps == [0.25, 0.5, 0.625, 0.75, 1.0]


def test_the_media_type_is_the_formats_when_the_client_names_none() -> None:
    assert media.media_type("application/octet-stream", "pdf") == "application/pdf"
    assert media.media_type("text/x-markdown", "markdown") == "text/x-markdown"


def test_an_external_id_is_a_name_within_its_knowledge_base() -> None:
    names = {documents.external_name_id(base, "faq") for base in ("default", "kb_2")}
    assert len(names) == 2


def test_a_download_cannot_be_taken_for_a_page_of_ours() -> None:
    _, version = documents.with_content(
        received(), DocumentUpload(filename='x"; é.html', text="<p>"), "html"
    )
    headers = media.download_headers(version)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''x%22%3B%20%C3%A9.html"
