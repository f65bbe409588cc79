"""Segments: a document version's chunks, vectors and terms as immutable records under 900 kB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.contracts.knowledge import Chunk, ChunkSet, Segment
from shared.knowledge.index import lexicon, passages

MOST_BYTES = 850_000  # Firestore takes 1 MiB a document, names and ids included
MOST_CHUNKS = 512
MOST_HEADING = 300
_SPAN_BYTES = 12
_SCALE_BYTES = 4


@dataclass(frozen=True, slots=True, eq=False)
class LoadedSegment:
    """A segment opened for searching: views into the record's bytes."""

    passages: passages.Passages
    vectors: NDArray[np.int8]
    scales: NDArray[np.float32]
    lexicon: lexicon.Lexicon

    @property
    def id(self) -> str:
        return self.passages.segment_id


class _Row(NamedTuple):
    """A chunk on its way into a segment."""

    chunk: Chunk
    heading: str
    text: str
    terms: lexicon.ChunkTerms

    def size(self, dimensions: int) -> int:
        """An upper bound of the bytes the chunk takes: compression only makes it less."""
        written = len(self.text.encode()) + len(self.heading.encode()) + _SPAN_BYTES + _SCALE_BYTES
        return written + dimensions + self.terms.size


def build(
    chunk_set: ChunkSet,
    texts: Sequence[str],
    vectors: ArrayLike,
    *,
    knowledge_base_id: str,
    model: str,
) -> list[Segment]:
    """The segments of a document version: ids `{document_id}.{version}.{n}`, n from 0.

    `texts[i]` is what chunk i spans and `vectors[i]` its embedding (chunks × dimensions, any
    length but zero). The same input gives the same bytes. Raises ValueError when they do not fit
    together or a chunk alone is too large for a segment.
    """
    if not chunk_set.chunks:
        return []
    quantised, scales = quantise(vectors)
    if not len(chunk_set.chunks) == len(texts) == len(quantised):
        raise ValueError("every chunk needs one text and one vector")
    pairs = zip(chunk_set.chunks, texts, strict=True)
    rows = [_row(chunk, text, chunk_set.title) for chunk, text in pairs]
    name = f"{chunk_set.document_id}.{chunk_set.version}"
    return [
        Segment(
            id=f"{name}.{number}",
            knowledge_base_id=knowledge_base_id,
            document_id=chunk_set.document_id,
            version=chunk_set.version,
            model=model,
            dimensions=quantised.shape[1],
            count=len(part),
            vectors=quantised[first : first + len(part)].tobytes(),
            scales=scales[first : first + len(part)].tobytes(),
            spans=_spans(part).tobytes(),
            headings=[row.heading for row in part],
            text=passages.pack([row.text for row in part]),
            lexicon=lexicon.pack([row.terms for row in part]),
        )
        for number, (first, part) in enumerate(_parts(rows, quantised.shape[1]))
    ]


def quantise(vectors: ArrayLike) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Vectors as int8 rows and one float32 scale a row, so that row × scale has length 1.

    Each row uses the whole range -127..127. Raises ValueError for zero or non-finite vectors.
    """
    floats = np.asarray(vectors, np.float32)
    if floats.ndim != 2:
        raise ValueError("vectors must be chunks × dimensions")
    peaks = np.abs(floats).max(axis=1, keepdims=True, initial=0)
    if not (np.isfinite(peaks).all() and (peaks > 0).all()):
        raise ValueError("a vector is zero or not finite")
    quantised = np.rint(floats / peaks * 127).astype(np.int8)
    lengths = np.linalg.norm(quantised.astype(np.float32), axis=1)
    return quantised, (1 / lengths).astype("<f4")


def open_segment(record: Segment) -> LoadedSegment:
    """A segment for searching. Raises ValueError when the record's parts do not fit together."""
    shape = (record.count, record.dimensions)
    return LoadedSegment(
        passages=passages.Passages(
            segment_id=record.id,
            document_id=record.document_id,
            version=record.version,
            spans=np.frombuffer(record.spans, "<u4").reshape(record.count, 3),
            headings=tuple(record.headings),
            packed=record.text,
        ),
        vectors=np.frombuffer(record.vectors, np.int8).reshape(shape),
        scales=np.frombuffer(record.scales, "<f4", record.count),
        lexicon=lexicon.unpack(record.lexicon, record.count),
    )


def _row(chunk: Chunk, text: str, title: str) -> _Row:
    if len(text) != chunk.end - chunk.start:
        raise ValueError(f"the text of chunk {chunk.start}-{chunk.end} is not what it spans")
    heading = " > ".join(chunk.heading)[:MOST_HEADING]
    return _Row(chunk, heading, text, lexicon.describe(text, f"{heading} {chunk.context}", title))


def _parts(rows: Sequence[_Row], dimensions: int) -> Iterator[tuple[int, list[_Row]]]:
    """Consecutive rows that fit a segment together, with the number of the first."""
    first, size, part = 0, 0, list[_Row]()
    for number, row in enumerate(rows):
        more = row.size(dimensions)
        if more > MOST_BYTES:
            raise ValueError(f"chunk {row.chunk.start}-{row.chunk.end} is too large to index")
        if part and (size + more > MOST_BYTES or len(part) == MOST_CHUNKS):
            yield first, part
            first, size, part = number, 0, []
        part.append(row)
        size += more
    yield first, part


def _spans(rows: Sequence[_Row]) -> NDArray[np.uint32]:
    spans = [(row.chunk.start, row.chunk.end, row.chunk.page or 0) for row in rows]
    return np.array(spans, "<u4")
