"""The sandboxed process: `python -m shared.knowledge.extraction.worker TASK FORMAT`.

Reads the document from standard input and writes JSON to standard output. Exit status 0: the
fields of `Extracted` (`extract`) or null (`inspect`); `REFUSED`: `code` and `reason` of an
`Unreadable`; 1: the process could not start.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from types import ModuleType

from shared.knowledge.extraction import limits
from shared.knowledge.extraction.errors import Unreadable, damaged, too_complex

REFUSED = 65
DEEPEST_NESTING = 10_000
"""Python frames; tag soup nests deeper than the interpreter's default allows."""


def main() -> int:
    task, format = sys.argv[1:]
    reader = importlib.import_module(f"shared.knowledge.extraction.formats.{format}")
    answer_to = _own_standard_output()
    confine()
    status, answer = perform(task, reader, sys.stdin.buffer.read())
    with open(answer_to, "wb") as out:
        out.write(json.dumps(answer, ensure_ascii=False).encode())
    return status


def perform(task: str, reader: ModuleType, data: bytes) -> tuple[int, object]:
    """Exit status and answer. Whatever goes wrong while reading, the document is at fault."""
    try:
        if task == "inspect":
            return 0, reader.inspect(data)
        return 0, vars(reader.read(data))
    except Unreadable as error:
        refused = error
    except MemoryError:
        refused = too_complex("reading it takes too much memory")
    except RecursionError:
        refused = too_complex("its parts are nested too deeply")
    except Exception:
        import logging

        logging.exception("the reader failed")
        refused = damaged(reader.__name__.rpartition(".")[2].upper())
    return REFUSED, {"code": refused.code, "reason": refused.reason}


def confine() -> None:
    """Limits memory and CPU time, forbids files and core dumps, where the system can."""
    sys.setrecursionlimit(DEEPEST_NESTING)
    try:
        import resource
    except ImportError:
        return
    for what, most in (
        (resource.RLIMIT_AS, limits.MEMORY),
        (resource.RLIMIT_CPU, limits.SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (OSError, ValueError):  # macOS knows RLIMIT_AS but refuses it
            continue


def _own_standard_output() -> int:
    """A descriptor for the answer; what a library prints goes to standard error instead."""
    answer_to = os.dup(1)
    os.dup2(2, 1)
    return answer_to


if __name__ == "__main__":
    sys.exit(main())
