"""From a question to its whole answer, through the gateway."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

from emulators.cli.demo import read_questions
from emulators.cli.documents import send, settle
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Section
from tests.benchmarks.load import Load
from tests.benchmarks.stack import RunningStack

ASKED = 20
COLD_RUNS = 3
TARGET_MS = 500
PATH = ("response-generation", "similarity-search", "embedding-generation", "authentication")
# They make each round's questions new to every cache without changing what is asked.
FIRST = "To begin with: "
OPENINGS = ("", "Hello! ", "A question: ", "Please tell me: ", "One more thing: ")


def measure(bench: Bench) -> Section:
    """Cold caches, then questions never asked before, then the same ones again."""
    section = Section("Question to answer")
    stack = bench.stack
    bench.say("uploading the documents to ask about")
    files = sorted(file for file in bench.docs.iterdir() if file.is_file())
    settle(stack.api, [send(stack.api, file) for file in files], lambda *_: None)
    texts = [question.text for question in read_questions(bench.questions)]
    asked = texts[:ASKED]
    section.notes = [
        f"{len(files)} documents, {len(asked)} questions in {len(OPENINGS)} rounds, each worded "
        "anew; one connection, the whole answer; the model is the local stand-in.",
        f"Cold: {', '.join(PATH)} freshly started, the first question, {COLD_RUNS} times.",
    ]
    cold = [_first_after_restart(bench, f"{FIRST}{asked[number]}") for number in range(COLD_RUNS)]
    section.add("cold", "p50", statistics.median(cold), "ms")
    section.add("cold", "longest", max(cold), "ms")
    new: list[Asked] = []
    for opening in OPENINGS:
        bench.say(f"{len(asked)} questions that nobody has asked before")
        new += [ask(stack, opening + text) for text in asked]
    _add(section, "warm, a new question", new)
    bench.say(f"the same {len(asked)} questions again")
    _add(section, "warm, asked before", [ask(stack, text) for text in asked])
    return section


@dataclass(frozen=True)
class Asked:
    """How long an answer took, and whether it was one or an "I don't know"."""

    ms: float
    answered: bool


def ask(stack: RunningStack, question: str) -> Asked:
    """Asks and waits for the whole answer. Raises ApiError if the request is refused."""
    began = time.perf_counter()
    answer = stack.api.post("/v1/answers", {"question": question})
    return Asked((time.perf_counter() - began) * 1000, answer["answered"])


def _first_after_restart(bench: Bench, question: str) -> float:
    """Milliseconds of one answer right after the services on its path were started."""
    bench.say("a first question, to services that have just started")
    for name in PATH:
        bench.stack.restart(name)
    return ask(bench.stack, question).ms


def _add(section: Section, subject: str, asked: list[Asked]) -> None:
    latencies = [one.ms for one in asked]
    load = Load(latencies, sum(latencies) / 1000)
    section.add(subject, "p50", load.percentile(50), "ms")
    section.add(subject, "p95", load.percentile(95), "ms", below=TARGET_MS)
    section.add(subject, "longest", max(latencies), "ms")
    section.add(subject, "answered", 100 * statistics.mean(one.answered for one in asked), "%")
