"""What every section is given: the project, ports, one stack for all, and a voice."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from rich.console import Console

from emulators.stack.manifest import MANIFEST, Manifest, load
from tests.benchmarks.stack import RunningStack, running_stack

ALONE = 60  # of a port base, where a stack has nothing


@dataclass
class Bench:
    """`docs` and `questions` are what the answers are measured on."""

    root: Path
    base: int
    docs: Path
    questions: Path
    closing: ExitStack = field(default_factory=ExitStack)
    console: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))

    @property
    def port(self) -> int:
        """Where a server that runs alone listens."""
        return self.base + ALONE

    @cached_property
    def manifest(self) -> Manifest:
        return load(self.root / MANIFEST)

    @cached_property
    def environment(self) -> dict[str, str]:
        """What any of our servers needs to find its code and say where it is."""
        return {"PYTHONPATH": str(self.root), "GOOGLE_CLOUD_PROJECT": "frontdesk-bench"}

    @cached_property
    def stack(self) -> RunningStack:
        """Started when a section first needs it, so that those before have the machine alone."""
        self.say("starting the stack")
        return self.closing.enter_context(running_stack(self.root, self.base))

    def say(self, what: str) -> None:
        """Shows what is being measured."""
        self.console.print(f"  {what} …", style="dim")
