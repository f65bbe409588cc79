"""The texts of a segment's chunks: compressed in small groups, so one is read without the rest."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GROUP = 16


@dataclass(frozen=True, slots=True, eq=False)
class Passages:
    """What is shown of a segment's chunks: `spans` is chunks × (start, end, page; 0: no page)."""

    segment_id: str
    document_id: str
    version: int
    spans: NDArray[np.uint32]
    headings: tuple[str, ...]
    packed: bytes

    def __len__(self) -> int:
        return len(self.headings)

    def text(self, number: int) -> str:
        """The text of a chunk, as it was put in. Inflates the 16 chunks it was packed with."""
        group, first = number // GROUP, number // GROUP * GROUP
        sizes = np.frombuffer(self.packed, "<u4", -(-len(self) // GROUP))
        start = sizes.nbytes + int(sizes[:group].sum())
        together = zlib.decompress(self.packed[start : start + int(sizes[group])]).decode()
        lengths = (self.spans[first : number + 1, 1] - self.spans[first : number + 1, 0]).tolist()
        return together[sum(lengths[:-1]) : sum(lengths)]


def pack(texts: Sequence[str]) -> bytes:
    """The texts in groups of 16, each a zlib stream of UTF-8, behind their sizes (uint32 each)."""
    groups = [
        zlib.compress("".join(texts[at : at + GROUP]).encode(), 6)
        for at in range(0, len(texts), GROUP)
    ]
    return np.array([len(group) for group in groups], "<u4").tobytes() + b"".join(groups)
