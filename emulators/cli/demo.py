"""`frontdesk demo`: a fresh stack, a folder of documents, a list of questions, and a verdict."""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulators.cli.ask import lines, put
from emulators.cli.documents import ingest, outcome
from emulators.stack.api import Api, ApiError
from emulators.stack.errors import StackError
from emulators.stack.manifest import MANIFEST, load
from emulators.stack.ports import free_ports
from emulators.stack.processes import leashed
from emulators.stack.sockets import pause

SAMPLE = Path(__file__).parents[1] / "demo"
NO_ANSWER = "(no answer)"
START_SECONDS = 120.0


@dataclass(frozen=True)
class Question:
    """`expected` is NO_ANSWER, a phrase that a citation must contain, or None: anything will do."""

    text: str
    expected: str | None = None


def demo(given: argparse.Namespace) -> int:
    """0 when every document became ready and every answer was as expected."""
    documents = given.docs or SAMPLE / "documents"
    questions = read_questions(given.questions or SAMPLE / "questions.txt")
    if not documents.is_dir():
        raise StackError(f"There is no folder {documents}: name one with --docs.")
    files = [file for file in sorted(documents.iterdir()) if file.is_file()]
    with fresh_stack(given.root) as facts:
        print(f"Stack ready at {facts['gateway']}")
        frontdesk = Api(facts["gateway"], {"X-Api-Key": facts["api_key"]})
        began = time.monotonic()
        ready = ingest(frontdesk, files)
        ingested = time.monotonic() - began
        print("\n".join(map(outcome, ready)), end="\n\n")
        unread = sum(document["status"] == "failed" for document in ready)
        wrong = [asked.text for asked in questions if not answer_as_expected(frontdesk, asked)]
        print(
            f"{len(ready) - unread} of {len(ready)} documents ready after {ingested:.1f} s, "
            f"{len(questions) - len(wrong)} of {len(questions)} questions as expected."
        )
        for text in wrong:
            print(f"  ✗ {text}")
        if given.keep:
            print(f"Kept: {facts['gateway']}  API key {facts['api_key']}. Ctrl-C stops it.")
            with contextlib.suppress(KeyboardInterrupt):
                signal.pause()
    return int(bool(unread or wrong))


def read_questions(path: Path) -> list[Question]:
    """One a line, `question => expected` or just `question`; `#` begins a comment line."""
    try:
        written = path.read_text(encoding="utf-8").splitlines()
    except OSError as wrong:
        raise StackError(f"{path} cannot be read: {wrong.strerror}.") from wrong
    questions = []
    for line in map(str.strip, written):
        if line and not line.startswith("#"):
            text, _, expected = line.partition("=>")
            questions.append(Question(text.strip(), expected.strip() or None))
    return questions


def answer_as_expected(frontdesk: Api, question: Question) -> bool:
    """Asks, prints the answer with its proofs, and says so if it is not what was expected."""
    print(f"? {question.text}")
    try:
        answer, seconds = put(frontdesk, question.text)
        print("\n".join(lines(frontdesk, answer, seconds)))
    except ApiError as failed:
        print(f"  ✗ {failed}\n")
        return False
    right = meets(answer, question.expected)
    print("" if right else f"  ✗ expected: {question.expected}\n")
    return right


def meets(answer: dict[str, Any], expected: str | None) -> bool:
    """Whether an answer is as expected; case and white space do not count."""
    if expected is None:
        return True
    if expected == NO_ANSWER:
        return not answer["answered"]
    phrase = _plain(expected)
    return any(phrase in _plain(citation["text"]) for citation in answer["citations"])


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


@contextlib.contextmanager
def fresh_stack(root: Path) -> Iterator[dict[str, Any]]:
    """A stack of its own on free ports, stopped at the end; what it wrote when it was ready."""
    base = free_ports(load(root / MANIFEST)).base
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder, "ready.json")
        options = ("--port-base", str(base), "--ready-file", str(ready), "--unannounced")
        command = (sys.executable, "-m", "emulators.cli", "--root", str(root), "up", *options)
        stack = subprocess.Popen(  # noqa: S603 - this very program
            leashed(command), stdout=subprocess.DEVNULL, start_new_session=True
        )
        try:
            yield _facts(stack, ready)
        finally:
            stack.terminate()
            stack.wait()


def _facts(stack: subprocess.Popen[bytes], ready: Path) -> dict[str, Any]:
    deadline = time.monotonic() + START_SECONDS
    while not ready.exists():
        if stack.poll() is not None:
            raise StackError("The stack did not start: the line above says why.")
        if time.monotonic() > deadline:
            raise StackError(f"The stack is not ready after {START_SECONDS:g} s.")
        pause()
    found: dict[str, Any] = json.loads(ready.read_text(encoding="utf-8"))
    return found
