"""`frontdesk up`: the whole stack in the foreground."""

from __future__ import annotations

import argparse
import contextlib
import signal
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

from emulators.stack import report
from emulators.stack.logs import Follower
from emulators.stack.ports import Ports
from emulators.stack.stack import Stack


def up(given: argparse.Namespace) -> int:
    """Runs until Ctrl-C or SIGTERM; then nothing is left of it."""
    began = time.monotonic()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    only = [name for part in given.only for name in part.split(",") if name]
    with contextlib.ExitStack() as cleanup:
        try:
            stack = Stack(
                given.root, Ports(given.port_base), only, given.google_emulators, given.data
            )
            cleanup.callback(stack.stop)
            if given.verbose:
                follower = Follower(stack.logs)
                follower.start()
                cleanup.callback(follower.stop)
            tenant = stack.start()
            facts = report.facts(stack, tenant)
            for file in _ready_files(given):
                report.write(file, facts)
                cleanup.callback(report.remove, file)
            print(report.text(stack, tenant, time.monotonic() - began), flush=True)
            stack.run()
        except KeyboardInterrupt:
            return 0
    return 0


def _ready_files(given: argparse.Namespace) -> list[Path]:
    """Where programs look: the file asked for, and where the other commands find the stack."""
    announced = None if given.unannounced else given.root / report.STACK_FILE
    return [file for file in (given.ready_file, announced) if file]


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    """Once: whatever comes while everything is being stopped changes nothing."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
