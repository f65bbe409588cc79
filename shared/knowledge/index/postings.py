"""Inverted lists of many chunks, and BM25 over them (Robertson and Zaragoza 2009)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.knowledge.index.lexicon import Lexicon
from shared.knowledge.index.terms import term_hash

K1 = 1.2
B = 0.75
MOST_ROWS = 1 << 16

_TERM = np.uint64(32)
_ROW = np.uint64(8)

Keys = NDArray[np.uint64]
Bounds = tuple[NDArray[np.intp], NDArray[np.intp]]


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """Which rows hold a term and how often: rows `bounds[i]` to `bounds[i + 1]` are of `terms[i]`.

    Three bytes a posting. A posting travels as one key of 64 bits, `term << 32 | row << 8 | count`:
    sorted keys are sorted postings, so lists are merged by one sort and cut by one mask.
    """

    terms: NDArray[np.uint32]
    bounds: NDArray[np.uint32]
    rows: NDArray[np.uint16]
    counts: NDArray[np.uint8]

    @classmethod
    def of(cls, keys: Keys) -> Postings:
        """The postings of keys in any order."""
        ordered = np.sort(keys)
        terms = (ordered >> _TERM).astype(np.uint32)
        first = np.flatnonzero(np.diff(terms, prepend=terms[:1] ^ 1))
        return cls(
            terms=terms[first],
            bounds=np.append(first, len(terms)).astype(np.uint32),
            rows=(ordered >> _ROW).astype(np.uint16),  # the cast drops the term
            counts=ordered.astype(np.uint8),
        )

    def keys(self) -> Keys:
        """The postings as keys, ascending."""
        terms = np.repeat(self.terms, np.diff(self.bounds)).astype(np.uint64)
        return terms << _TERM | self.rows.astype(np.uint64) << _ROW | self.counts

    def find(self, hashes: NDArray[np.uint32]) -> Bounds:
        """Where each term's postings begin and end; the same twice for a term that is not here."""
        first = self.bounds[np.searchsorted(self.terms, hashes, "left")]
        last = self.bounds[np.searchsorted(self.terms, hashes, "right")]
        return first.astype(np.intp), last.astype(np.intp)


def lexicon_keys(lexicon: Lexicon) -> Keys:
    """A segment's lexical side as keys, its chunks being rows from 0."""
    rows = np.repeat(np.arange(len(lexicon.lengths), dtype=np.uint64), lexicon.distinct)
    return lexicon.terms.astype(np.uint64) << _TERM | rows << _ROW | lexicon.counts


def renumber(keys: Keys, kept: NDArray[np.bool_], first: int) -> Keys:
    """The keys of the rows that are kept, counted from `first` on."""
    rows = (keys >> _ROW).astype(np.uint16)
    shifts = (np.cumsum(kept) - 1 + first - np.arange(len(kept))).astype(np.int64)
    moved = keys + (shifts.astype(np.uint64) << _ROW)[rows]
    return moved if kept.all() else moved[kept[rows]]


def bm25(
    parts: Sequence[tuple[Postings, NDArray[np.uint32]]], terms: Iterable[str]
) -> NDArray[np.float32]:
    """The BM25 of every row for the terms, part after part; each part has its rows' lengths.

    Document frequencies and the average length are those of all the parts together.
    """
    hashes = np.array(sorted({term_hash(term) for term in terms}), np.uint32)
    rows = sum(len(lengths) for _, lengths in parts)
    scores = np.zeros(rows, np.float32)
    if not rows:
        return scores
    found = [postings.find(hashes) for postings, _ in parts]
    frequencies = sum((stops - starts for starts, stops in found), np.zeros(len(hashes), np.intp))
    weights = np.log(1 + (rows - frequencies + 0.5) / (frequencies + 0.5)).astype(np.float32)
    average = max(1.0, sum(int(lengths.sum()) for _, lengths in parts) / rows)
    first = 0
    for (postings, lengths), bounds in zip(parts, found, strict=True):
        last = first + len(lengths)
        norms = (K1 * (1 - B + B / average * lengths)).astype(np.float32)
        _add(scores[first:last], postings, norms, weights, bounds)
        first = last
    return scores


def _add(
    scores: NDArray[np.float32],
    postings: Postings,
    norms: NDArray[np.float32],
    weights: NDArray[np.float32],
    bounds: Bounds,
) -> None:
    for weight, start, stop in zip(weights, *(bound.tolist() for bound in bounds), strict=True):
        rows = postings.rows[start:stop]
        counts = postings.counts[start:stop].astype(np.float32)
        scores[rows] += weight * (K1 + 1) * counts / (counts + norms[rows])
