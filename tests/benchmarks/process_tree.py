"""What a running process and those it started take: memory and processor time (Linux)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from emulators.stack.memory import of_process

PROC = Path("/proc")
PAGE = 4096
PRESENT = np.uint64(1 << 63)
FRAME = np.uint64((1 << 55) - 1)  # bits 0-54: Documentation/admin-guide/mm/pagemap.rst
MEGA = 1e6


def tree(pid: int) -> list[int]:
    """The process, then its children and theirs; the process alone where /proc is missing."""
    found = [pid]
    for parent in found:
        for children in PROC.glob(f"{parent}/task/*/children"):
            found += map(int, children.read_text().split())
    return found


def cpu_ms(pid: int) -> float | None:
    """Processor time of the tree so far, milliseconds."""
    times = [
        int(schedule.read_text().split()[0])
        for process in tree(pid)
        for schedule in PROC.glob(f"{process}/task/*/schedstat")
    ]
    return sum(times) / 1e6 if times else None


def rss(pid: int) -> float | None:
    """Resident memory of one process, MB; pages shared with others count whole."""
    size = of_process(pid).rss
    return size / MEGA if size is not None else None


def rss_of_all(pid: int) -> float | None:
    """Resident memory of the tree, MB; what master and worker share counts twice."""
    sizes = [rss(process) for process in tree(pid)]
    return sum(size for size in sizes if size) if None not in sizes else None


def unique(pid: int) -> float | None:
    """Distinct physical pages of the tree, MB: what a container with nothing else would take.

    None where the kernel does not tell page frames, that is for anyone but root.
    """
    try:
        frames = np.concatenate([part for process in tree(pid) for part in _frames(process)])
    except (OSError, ValueError):
        return None
    known = np.unique(frames[frames != 0])
    return known.size * PAGE / MEGA if known.size else None


def _frames(pid: int) -> Iterator[np.ndarray]:
    """Page frame numbers of each mapping that are in memory."""
    with (PROC / str(pid) / "pagemap").open("rb", buffering=0) as pagemap:
        for line in (PROC / str(pid) / "maps").read_text().splitlines():
            if line.endswith("[vsyscall]"):
                continue
            start, end = (int(bound, 16) // PAGE for bound in line.split()[0].split("-"))
            pagemap.seek(start * 8)
            entries = np.frombuffer(pagemap.read((end - start) * 8), np.uint64)
            yield entries[(entries & PRESENT) != 0] & FRAME
