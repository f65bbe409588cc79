"""The whole local stack: from `frontdesk up` to every service ready, and the memory it takes."""

from __future__ import annotations

import statistics

from emulators.stack.backends import wants_google
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Section
from tests.benchmarks.process_tree import MEGA
from tests.benchmarks.stack import RunningStack, running_stack

STARTS = 3
SUBJECT = "frontdesk up"


def measure(bench: Bench) -> Section:
    """Seconds until ready (median of three starts) and PSS of the parts of the third, idle."""
    emulators = "Google's" if wants_google() else "the embedded"
    section = Section(
        "The local stack",
        [
            f"{len(bench.manifest.services)} services, with {emulators} emulators of Firestore and "
            "Pub/Sub.",
            "Ready: every service answers and the demo tenant is there; median of "
            f"{STARTS}. PSS: idle, right after.",
            "`pubsub` is the one process of both where they are the embedded ones.",
        ],
    )
    seconds = []
    for _ in range(STARTS - 1):
        bench.say("starting a stack")
        with running_stack(bench.root, bench.base) as stack:
            seconds.append(stack.ready_s)
    seconds.append(bench.stack.ready_s)
    section.add(SUBJECT, "ready", statistics.median(seconds), "s")
    _weigh(section, bench.stack)
    return section


def _weigh(section: Section, stack: RunningStack) -> None:
    """The sum is missing where the system does not tell PSS."""
    services = [service["pss"] for service in stack.services().values()]
    others = {name: other["pss"] for name, other in stack.others().items()}
    section.add(SUBJECT, "all", _total([*services, *others.values()]), "MB")
    section.add(SUBJECT, "services", _total(services), "MB")
    for name, size in others.items():
        section.add(SUBJECT, name, _total([size]), "MB")


def _total(sizes: list[int | None]) -> float | None:
    known = [size for size in sizes if size is not None]
    return sum(known) / MEGA if len(known) == len(sizes) else None
