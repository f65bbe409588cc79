"""Plain text, kept as it is."""

from __future__ import annotations

from shared.knowledge.extraction.decoding import decode
from shared.knowledge.extraction.reading import Reading, clean


def read(data: bytes) -> Reading:
    """The decoded text; plain text has no title."""
    return Reading(clean(decode(data)))
