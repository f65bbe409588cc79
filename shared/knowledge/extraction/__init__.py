"""Documents to text: `detect` the format, `inspect` at upload, `extract` afterwards.

What reads a foreign format runs in a limited process of its own, so no file can take a service
down. Kept light: importing this package imports no parser and no pydantic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.knowledge.extraction import limits
from shared.knowledge.extraction.errors import Unreadable, too_complex

if TYPE_CHECKING:
    from shared.contracts.knowledge import Format
    from shared.knowledge.extraction.extracted import Extracted

__all__ = ["Extracted", "Unreadable", "detect", "extract", "inspect"]


def detect(data: bytes, filename: str, content_type: str | None) -> Format:
    """The format, by content; name and content type only settle ties between kinds of text.

    Raises `Unreadable`: `empty-document`, `unsupported-format`, `binary-document` or, for a
    password-protected Office file, `encrypted-document`.
    """
    from shared.knowledge.extraction.detection import detect

    return detect(data, filename, content_type)


def inspect(data: bytes, format: Format) -> None:
    """Raises `Unreadable` for what is known to fail before any text is extracted.

    Too large, empty, undecodable, encrypted or damaged, a zip bomb, too many pages.
    """
    from shared.knowledge.extraction import decoding, sandbox
    from shared.knowledge.extraction.kinds import KINDS

    if len(data) > limits.MAX_BYTES:
        raise too_complex(f"it is larger than {limits.MAX_BYTES // limits.MIB} MiB")
    if KINDS[format].sandboxed:
        sandbox.run("inspect", data, format)
    else:
        decoding.check(data, html=format == "html")


def extract(data: bytes, format: Format) -> Extracted:
    """The text, page starts and title of a document. Raises `Unreadable`."""
    from shared.knowledge.extraction import sandbox
    from shared.knowledge.extraction.extracted import Extracted

    return Extracted.model_validate_json(sandbox.run("extract", data, format))


def __getattr__(name: str) -> object:
    if name == "Extracted":
        from shared.knowledge.extraction.extracted import Extracted

        return Extracted
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
