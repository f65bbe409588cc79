"""The formats that can be read and how each is told from the others.

A new format is one line here, its name in `shared.contracts.knowledge.Format`, and a module
`formats/<name>.py` with `read(data) -> Reading`; a sandboxed format also has
`inspect(data) -> None`, which raises `Unreadable`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from shared.contracts.knowledge import Format


class Kind(NamedTuple):
    """How a format is recognised; one that is not plain text is only opened in the sandbox."""

    magic: bytes = b""
    zip_folder: bytes = b""
    suffixes: tuple[str, ...] = ()
    media_types: tuple[str, ...] = ()

    @property
    def sandboxed(self) -> bool:
        return bool(self.magic or self.zip_folder)


KINDS: dict[Format, Kind] = {
    "pdf": Kind(magic=b"%PDF-"),
    "docx": Kind(zip_folder=b"word/"),
    "html": Kind(
        suffixes=(".html", ".htm", ".xhtml"), media_types=("text/html", "application/xhtml+xml")
    ),
    "markdown": Kind(suffixes=(".md", ".markdown", ".mdown"), media_types=("text/markdown",)),
    "csv": Kind(suffixes=(".csv", ".tsv"), media_types=("text/csv", "text/tab-separated-values")),
    "text": Kind(suffixes=(".txt", ".text", ".log"), media_types=("text/plain",)),
}
SUPPORTED = "PDF, DOCX, HTML, Markdown, plain text or CSV"
