"""How much memory a process takes.

PSS counts a page that n processes share as 1/n to each: the sum over a stack is what it takes.
RSS counts it whole for each: for forked services it says more about their parent than them.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Memory:
    """Bytes; None where the system does not tell."""

    pss: int | None
    rss: int | None


def of_process(pid: int | None) -> Memory:
    """Of a running process; nothing is known of one that has ended."""
    if pid is None:
        return Memory(None, None)
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return Memory(None, _rss_by_ps(pid))
    sizes = dict(line.split()[:2] for line in rollup.splitlines()[1:])
    return Memory(int(sizes["Pss:"]) * 1024, int(sizes["Rss:"]) * 1024)


def megabytes(size: int | None) -> str:
    """As memory is printed; a dash where it is not known."""
    return "-" if size is None else f"{size / 1_000_000:.1f} MB"


def _rss_by_ps(pid: int) -> int | None:
    """Where there is no /proc (macOS)."""
    program = shutil.which("ps")
    if not program:
        return None
    command = [program, "-o", "rss=", "-p", str(pid)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return int(found.stdout) * 1024 if found.stdout.strip() else None
