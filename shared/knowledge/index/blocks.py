"""Blocks: the segments of an index laid out together, so that a search is a few large scans."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from shared.knowledge.index.passages import Passages
from shared.knowledge.index.postings import MOST_ROWS, Postings, lexicon_keys, renumber
from shared.knowledge.index.segments import LoadedSegment

T = TypeVar("T", bound=np.generic)

FULL = 4096  # rows: a block that loses a document is laid out again in milliseconds
_STRIDE = 512  # rows turned into float32 at a time: 1 MB at 512 dimensions stays in the cache


@dataclass(frozen=True, eq=False)
class Block:
    """Whole segments one after the other: row `starts[i]` is the first chunk of `passages[i]`."""

    passages: tuple[Passages, ...]
    starts: NDArray[np.intp]
    vectors: NDArray[np.int8]
    scales: NDArray[np.float32]
    digests: NDArray[np.uint64]
    lengths: NDArray[np.uint32]
    postings: Postings

    def __len__(self) -> int:
        return len(self.scales)

    @cached_property
    def nbytes(self) -> int:
        """The bytes its arrays and texts hold."""
        arrays = (self.vectors, self.scales, self.digests, self.lengths)
        lists = (self.postings.terms, self.postings.bounds, self.postings.rows)
        texts = sum(len(each.packed) + each.spans.nbytes for each in self.passages)
        return sum(a.nbytes for a in (*arrays, *lists, self.postings.counts)) + texts

    @classmethod
    def of(cls, segment: LoadedSegment) -> Block:
        """A segment as a block: its vectors are not copied."""
        return cls(
            passages=(segment.passages,),
            starts=np.zeros(1, np.intp),
            vectors=segment.vectors,
            scales=segment.scales,
            digests=segment.lexicon.digests,
            lengths=segment.lexicon.lengths,
            postings=Postings.of(lexicon_keys(segment.lexicon)),
        )

    def locate(self, row: int) -> tuple[Passages, int]:
        """The segment a row belongs to and which of its chunks it is."""
        at = int(np.searchsorted(self.starts, row, "right")) - 1
        return self.passages[at], row - int(self.starts[at])

    def rows_of(self, documents: Collection[str]) -> NDArray[np.bool_]:
        """Which rows belong to one of the documents."""
        belongs = np.array([each.document_id in documents for each in self.passages], np.bool_)
        return np.repeat(belongs, [len(each) for each in self.passages])

    def cosines(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """The cosine of every row with a query of length 1."""
        products = np.empty(len(self), np.float32)
        for at in range(0, len(self), _STRIDE):
            products[at : at + _STRIDE] = self.vectors[at : at + _STRIDE].astype(np.float32) @ query
        return products * self.scales


def joined(blocks: Sequence[Block], dropped: Collection[str] = ()) -> Block:
    """One block of them all without the dropped segments, in the same order.

    Raises ValueError when they have more than 65,536 rows together.
    """
    passages = [p for block in blocks for p in block.passages if p.segment_id not in dropped]
    sizes = [len(each) for each in passages]
    if sum(sizes) > MOST_ROWS:
        raise ValueError(f"a block holds {MOST_ROWS} chunks at most")
    kept = [_kept(block, dropped) for block in blocks]
    firsts = np.cumsum([0, *(mask.sum() for mask in kept)]).tolist()
    pairs = list(zip(blocks, kept, strict=True))
    keys = [
        renumber(block.postings.keys(), mask, first)
        for (block, mask), first in zip(pairs, firsts[:-1], strict=True)
    ]
    return Block(
        passages=tuple(passages),
        starts=np.cumsum([0, *sizes[:-1]]),
        vectors=np.concatenate([_cut(block.vectors, mask) for block, mask in pairs]),
        scales=np.concatenate([_cut(block.scales, mask) for block, mask in pairs]),
        digests=np.concatenate([_cut(block.digests, mask) for block, mask in pairs]),
        lengths=np.concatenate([_cut(block.lengths, mask) for block, mask in pairs]),
        postings=Postings.of(np.concatenate(keys)),
    )


def rebuilt(
    blocks: Iterable[Block], dropped: Collection[str], added: Iterable[LoadedSegment]
) -> tuple[Block, ...]:
    """The blocks without some segments and with others; blocks that lose nothing stay as they are.

    New segments are laid out together, and blocks that are less than half full are joined. Raises
    ValueError when what is left differs in dimensions.
    """
    held = [_without(block, dropped) for block in blocks]
    every = [block for block in (*held, *map(Block.of, added)) if len(block)]
    if len({block.vectors.shape[1] for block in every}) > 1:
        raise ValueError("the segments of an index must have the same dimensions")
    full = [block for block in every if len(block) > FULL // 2]
    small = [block for block in every if len(block) <= FULL // 2]
    return (*full, *(joined(run) if len(run) > 1 else run[0] for run in _runs(small)))


def _runs(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """The blocks in runs that fill a block together."""
    run, rows = list[Block](), 0
    for block in blocks:
        if run and rows + len(block) > FULL:
            yield run
            run, rows = [], 0
        run.append(block)
        rows += len(block)
    if run:
        yield run


def _kept(block: Block, dropped: Collection[str]) -> NDArray[np.bool_]:
    kept = np.array([each.segment_id not in dropped for each in block.passages], np.bool_)
    return np.repeat(kept, [len(each) for each in block.passages])


def _cut(array: NDArray[T], kept: NDArray[np.bool_]) -> NDArray[T]:
    return array if kept.all() else array[kept]


def _without(block: Block, dropped: Collection[str]) -> Block:
    if any(each.segment_id in dropped for each in block.passages):
        return joined([block], dropped)
    return block
