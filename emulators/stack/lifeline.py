"""Dying with one's parent: nothing of a stack outlives its supervisor.

Linux kills a process when its parent dies (prctl(2), PR_SET_PDEATHSIG; kept across exec).
Elsewhere a thread waits for the end of a pipe that only the parent holds open.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int, pipe: int | None = None) -> None:
    """Ends this process with SIGKILL when `parent`, its parent, is gone.

    `pipe` is the read end of a pipe whose write end the parent alone has. The parent's thread
    that made this process counts as the parent: make processes from a thread that stays.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
    elif pipe is not None:
        threading.Thread(target=_wait_for_end, args=(pipe,), daemon=True).start()


def _wait_for_end(pipe: int) -> None:
    while os.read(pipe, 1):
        continue
    os._exit(1)


def main() -> None:
    """Becomes the program in the arguments, tied to the process whose id stands before it."""
    parent, *command = sys.argv[1:]
    die_with_parent(int(parent))
    os.execvp(command[0], command)  # noqa: S606 - the stack's own command, no shell


if __name__ == "__main__":
    main()
