"""Runs one task on one document in a Python process of its own, limited in memory and time."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Literal

from shared.knowledge.extraction import limits
from shared.knowledge.extraction.errors import Unreadable, damaged, too_complex
from shared.knowledge.extraction.worker import REFUSED

Task = Literal["inspect", "extract"]

ROOT = str(Path(__file__).resolve().parents[3])
KEPT = (
    *("PATH", "LD_LIBRARY_PATH", "PYTHONHOME", "SYSTEMROOT"),
    *("TESSERACT_LANG", "TESSDATA_PREFIX"),
)
"""The worker sees nothing else of the environment, so no secret of the service."""

logger = logging.getLogger(__name__)


def run(task: Task, data: bytes, format: str) -> bytes:
    """What the worker answers, as JSON (`extract`: the fields of `Extracted`).

    Raises `Unreadable` when the document is at fault or ends the worker, and `RuntimeError`
    when the worker cannot even start.
    """
    # -S leaves out the site module: the search path is handed over ready made.
    worker = "shared.knowledge.extraction.worker"
    command = [sys.executable, "-S", "-P", "-B", "-m", worker, task, format]
    try:
        done = subprocess.run(  # noqa: S603 - every argument is ours
            command,
            input=data,
            capture_output=True,
            timeout=limits.SECONDS,
            env=_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_slow() from None
    if done.returncode == 0:
        return done.stdout
    if done.returncode == 1:
        raise RuntimeError(f"the extraction worker did not start: {_last_lines(done.stderr)}")
    raise _refusal(done, format)


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    path = [ROOT, *(entry for entry in sys.path if entry)]
    return kept | {"PYTHONPATH": os.pathsep.join(path)}


def _refusal(done: subprocess.CompletedProcess[bytes], format: str) -> Unreadable:
    if done.stderr:
        logger.warning("extraction of a %s failed: %s", format, _last_lines(done.stderr))
    if done.returncode == REFUSED:
        return Unreadable(**json.loads(done.stdout))
    if done.returncode in {-signal.SIGKILL, -signal.SIGXCPU}:
        return _too_slow()
    return damaged(format.upper())


def _too_slow() -> Unreadable:
    return too_complex(f"reading it takes more than {limits.SECONDS} seconds")


def _last_lines(stderr: bytes) -> str:
    return stderr[-2000:].decode(errors="replace")
