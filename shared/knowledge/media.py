"""Media types of documents, and how originals are handed back."""

from __future__ import annotations

from urllib.parse import quote

from shared.contracts.knowledge import DocumentVersion, Format

MEDIA_TYPES: dict[Format, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "epub": "application/epub+zip",
    "eml": "message/rfc822",
    "html": "text/html",
    "markdown": "text/markdown",
    "text": "text/plain",
    "csv": "text/csv",
}


def media_type(told: str | None, form: Format) -> str:
    """What the client says the content is, unless that says nothing."""
    unsaid = told in (None, "", "application/octet-stream")
    return MEDIA_TYPES[form] if unsaid else str(told)


def download_headers(version: DocumentVersion) -> dict[str, str]:
    """Headers that have a browser save the original and never run it in our origin."""
    name = quote(version.filename, safe="")
    return {
        "Content-Type": version.content_type,
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "X-Content-Type-Options": "nosniff",
    }
