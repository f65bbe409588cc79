"""The lexical side of a segment as bytes: the terms of each chunk, their counts, its length.

Layout, little-endian, n chunks in order: `digests` uint64 × n, `lengths` uint32 × n, `distinct`
uint32 × n, then for every chunk its `distinct` term hashes (uint32, ascending), and behind all of
them their counts (uint8, at most 255).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.knowledge.index.terms import term_hash, terms

MOST_COUNTED = 255
_BYTES_PER_CHUNK = 16
_BYTES_PER_TERM = 5


class ChunkTerms(NamedTuple):
    """One chunk's terms: hash to count, how many terms in all, and a digest of what it says."""

    counts: dict[int, int]
    length: int
    digest: int

    @property
    def size(self) -> int:
        """Bytes this chunk takes in a lexicon."""
        return _BYTES_PER_CHUNK + _BYTES_PER_TERM * len(self.counts)


class Lexicon(NamedTuple):
    """A segment's lexical side, opened: views into its bytes."""

    digests: NDArray[np.uint64]
    lengths: NDArray[np.uint32]
    distinct: NDArray[np.uint32]
    terms: NDArray[np.uint32]
    counts: NDArray[np.uint8]


def describe(text: str, heading: str, title: str) -> ChunkTerms:
    """The terms of a chunk: those of its text, the headings above it and its document's title.

    Chunks that differ in case and spacing alone have the same digest (64 bits of BLAKE2b).
    """
    found = terms(f"{title}\n{heading}\n{text}")
    counts = Counter(term_hash(term) for term in found)
    digest = hashlib.blake2b(" ".join(text.casefold().split()).encode(), digest_size=8).digest()
    return ChunkTerms(dict(sorted(counts.items())), len(found), int.from_bytes(digest, "little"))


def pack(chunks: Sequence[ChunkTerms]) -> bytes:
    """The chunks' terms in the layout above."""
    hashes = [term for chunk in chunks for term in chunk.counts]
    counts = [min(n, MOST_COUNTED) for chunk in chunks for n in chunk.counts.values()]
    columns = (
        np.array([chunk.digest for chunk in chunks], "<u8"),
        np.array([chunk.length for chunk in chunks], "<u4"),
        np.array([len(chunk.counts) for chunk in chunks], "<u4"),
        np.array(hashes, "<u4"),
        np.array(counts, "u1"),
    )
    return b"".join(column.tobytes() for column in columns)


def unpack(data: bytes, chunks: int) -> Lexicon:
    """Views of a packed lexicon of that many chunks, without copying.

    Raises ValueError when the bytes are not one.
    """
    digests = np.frombuffer(data, "<u8", chunks)
    lengths = np.frombuffer(data, "<u4", chunks, 8 * chunks)
    distinct = np.frombuffer(data, "<u4", chunks, 12 * chunks)
    postings = int(distinct.sum())
    hashes = np.frombuffer(data, "<u4", postings, 16 * chunks)
    counts = np.frombuffer(data, "u1", postings, 16 * chunks + 4 * postings)
    return Lexicon(digests, lengths, distinct, hashes, counts)
