"""The formats that can be read and how each is told from the others.

A new format is one line here, its name in `shared.contracts.knowledge.Format`, and a module
`formats/<name>.py` with `read(data) -> Reading`; a sandboxed format also has
`inspect(data) -> None`, which raises `Unreadable`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from shared.contracts.knowledge import Format


OPEN_PACKAGING = b"[Content_Types].xml"


class Kind(NamedTuple):
    """How a format is recognised; one that is not plain text is only opened in the sandbox.

    `zip_names` are parts of names that all occur among the entries of a zip container.
    """

    sandboxed: bool = False
    magic: bytes = b""
    zip_names: tuple[bytes, ...] = ()
    suffixes: tuple[str, ...] = ()
    media_types: tuple[str, ...] = ()


KINDS: dict[Format, Kind] = {
    "pdf": Kind(sandboxed=True, magic=b"%PDF-"),
    "docx": Kind(sandboxed=True, zip_names=(OPEN_PACKAGING, b"word/")),
    "xlsx": Kind(sandboxed=True, zip_names=(OPEN_PACKAGING, b"xl/")),
    "pptx": Kind(sandboxed=True, zip_names=(OPEN_PACKAGING, b"ppt/")),
    "epub": Kind(sandboxed=True, zip_names=(b"META-INF/container.xml",)),
    "eml": Kind(sandboxed=True, suffixes=(".eml",), media_types=("message/rfc822",)),
    "html": Kind(
        suffixes=(".html", ".htm", ".xhtml"), media_types=("text/html", "application/xhtml+xml")
    ),
    "markdown": Kind(suffixes=(".md", ".markdown", ".mdown"), media_types=("text/markdown",)),
    "csv": Kind(suffixes=(".csv", ".tsv"), media_types=("text/csv", "text/tab-separated-values")),
    "text": Kind(suffixes=(".txt", ".text", ".log"), media_types=("text/plain",)),
}
SUPPORTED = "PDF, DOCX, XLSX, PPTX, EPUB, EML, HTML, Markdown, plain text or CSV"
