"""Hybrid search over what is live of a knowledge base: cosine and BM25 fused by score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.contracts.knowledge import Filters, IndexEntry, SearchHit
from shared.knowledge.index.blocks import Block, rebuilt
from shared.knowledge.index.filtering import EVERYTHING, passes
from shared.knowledge.index.passages import Passages
from shared.knowledge.index.postings import bm25
from shared.knowledge.index.segments import LoadedSegment
from shared.knowledge.index.terms import query_terms

BM25_WEIGHT = 0.02  # measured best; a BM25 of 25 weighs as much as a cosine of 0.5
_DECIMALS = 6  # finer differences are rounding, and must not decide an order


class MissingSegment(LookupError):
    """An entry names a segment that was neither held nor given."""


@dataclass(frozen=True, slots=True)
class _Scores:
    """Of every row: what it is ranked by, and its cosine alone."""

    fused: NDArray[np.float64]
    cosines: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """The live documents of a knowledge base, loaded. Immutable, so threads may share it."""

    entries: Mapping[str, IndexEntry] = field(default_factory=lambda: MappingProxyType({}))
    blocks: tuple[Block, ...] = ()

    def __len__(self) -> int:
        """How many chunks it holds."""
        return sum(len(block) for block in self.blocks)

    @property
    def nbytes(self) -> int:
        """About how much memory it takes, in bytes."""
        return sum(block.nbytes for block in self.blocks)

    def missing(self, entries: Iterable[IndexEntry]) -> list[str]:
        """The ids of the segments that must be fetched before `with_changes(entries, …)`."""
        named = (self._absent(entry) for entry in entries if entry.live)
        return list(dict.fromkeys(name for names in named for name in names))

    def with_changes(
        self, entries: Iterable[IndexEntry], segments: Iterable[LoadedSegment]
    ) -> Index:
        """An index in which these entries replace those of the same documents, or drop them.

        `segments` are those `missing` named; what no entry names is ignored. The work is that of
        the blocks touched. Raises MissingSegment, and ValueError for other dimensions.
        """
        changed = {entry.id: entry for entry in entries}
        given = {segment.id: segment for segment in segments}
        wanted = self.missing(changed.values())
        if not given.keys() >= set(wanted):
            raise MissingSegment(f"not loaded: {', '.join(set(wanted) - given.keys())}")
        before = [self.entries[name] for name in changed if name in self.entries]
        after = {name for entry in changed.values() if entry.live for name in entry.segments}
        dropped = {name for entry in before for name in entry.segments} - after
        blocks = self.blocks
        if wanted or dropped:
            blocks = rebuilt(blocks, dropped, [given[name] for name in wanted])
        everything = {**self.entries, **changed}
        live = {name: entry for name, entry in everything.items() if entry.live}
        return Index(MappingProxyType(live), blocks)

    def search(
        self,
        query: str,
        vector: ArrayLike | None = None,
        top_k: int = 10,
        filters: Filters = EVERYTHING,
        threshold: float | None = None,
    ) -> list[SearchHit]:
        """At most `top_k` chunks, best first, that pass the filters and reach the threshold.

        `score` is cosine + 0.02 · BM25. Without a vector BM25 ranks alone, over chunks that share
        a term with the query. Equal scores are ordered by document id and start, and a chunk that
        says what a better one says is left out, so a smaller `top_k` gives the same list, cut.
        Raises ValueError for a vector of other dimensions than the index has.
        """
        if not self.blocks:
            return []
        scores = self._scores(query, vector)
        eligible = self._passing(filters)
        if threshold is not None:
            eligible &= scores.fused >= threshold
        if vector is None:
            eligible &= scores.fused > 0
        best = self._best(np.flatnonzero(eligible), scores.fused, top_k)
        return [self._hit(row, scores) for row in best]

    def _scores(self, query: str, vector: ArrayLike | None) -> _Scores:
        parts = [(block.postings, block.lengths) for block in self.blocks]
        lexical = bm25(parts, query_terms(query))
        cosines = np.zeros(len(lexical), np.float32)
        if vector is not None:
            unit = _unit(vector, self.blocks[0].vectors.shape[1])
            cosines = np.concatenate([block.cosines(unit) for block in self.blocks])
        fused = cosines.astype(np.float64) + BM25_WEIGHT * lexical
        return _Scores(fused.round(_DECIMALS), cosines)

    def _passing(self, filters: Filters) -> NDArray[np.bool_]:
        if filters == EVERYTHING:
            return np.ones(len(self), np.bool_)
        documents = {name for name, entry in self.entries.items() if passes(entry, filters)}
        return np.concatenate([block.rows_of(documents) for block in self.blocks])

    def _best(self, rows: NDArray[np.intp], scores: NDArray[np.float64], count: int) -> list[int]:
        """The best of the rows, in order, without those that say what a better one says."""
        looked_at = 2 * count
        while True:
            leading = _leading(rows, scores, looked_at)
            distinct = dict[int, int]()
            for row in sorted(leading.tolist(), key=lambda row: self._order(row, scores)):
                distinct.setdefault(self._digest(row), row)
            if len(distinct) >= count or len(leading) == len(rows):
                return list(distinct.values())[:count]
            looked_at *= 4

    def _order(self, row: int, scores: NDArray[np.float64]) -> tuple[float, str, int]:
        passages, number = self._passage(row)
        return -float(scores[row]), passages.document_id, int(passages.spans[number, 0])

    def _digest(self, row: int) -> int:
        block, local = self._locate(row)
        return int(block.digests[local])

    def _passage(self, row: int) -> tuple[Passages, int]:
        block, local = self._locate(row)
        return block.locate(local)

    def _locate(self, row: int) -> tuple[Block, int]:
        for block in self.blocks:
            if row < len(block):
                return block, row
            row -= len(block)
        raise IndexError(row)

    def _hit(self, row: int, scores: _Scores) -> SearchHit:
        passages, number = self._passage(row)
        entry = self.entries[passages.document_id]
        start, end, page = passages.spans[number].tolist()
        return SearchHit(
            document_id=passages.document_id,
            external_id=entry.external_id,
            version=passages.version,
            page=page or None,
            start=start,
            end=end,
            text=passages.text(number),
            score=float(scores.fused[row]),
            cosine=round(float(scores.cosines[row]), _DECIMALS),
            title=entry.title,
            heading=passages.headings[number],
        )

    def _absent(self, entry: IndexEntry) -> list[str]:
        held = self.entries[entry.id].segments if entry.id in self.entries else []
        return [name for name in entry.segments if name not in held]


def _leading(rows: NDArray[np.intp], scores: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """The `count` rows of the highest scores, and all that equal the last of them."""
    if count >= len(rows):
        return rows
    among = scores[rows]
    leading: NDArray[np.intp] = rows[among >= np.partition(among, -count)[-count]]
    return leading


def _unit(vector: ArrayLike, dimensions: int) -> NDArray[np.float32]:
    """The vector at length 1. Raises ValueError if it cannot be compared with the index."""
    floats = np.asarray(vector, np.float32)
    if floats.shape != (dimensions,):
        raise ValueError(f"the query has shape {floats.shape}, the index {dimensions} dimensions")
    length = float(np.linalg.norm(floats))
    if not (np.isfinite(length) and length > 0):
        raise ValueError("the query's vector is zero or not finite")
    return floats / np.float32(length)
