"""The embedded Firestore and Pub/Sub beside Google's: start-up, memory, latency, contention."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack
from typing import NamedTuple

from tests.benchmarks import emulator_pair
from tests.benchmarks.bench import Bench
from tests.benchmarks.document_load import INCREMENTS, THREADS, Documents, Operation
from tests.benchmarks.emulator_pair import Pair, Running
from tests.benchmarks.figures import Section
from tests.benchmarks.load import Load
from tests.benchmarks.push_load import BATCH, MESSAGES, PAUSE_SECONDS, Bus, listening

OURS, THEIRS, SHARE = "embedded", "Google's", "share"
STARTS = 3
WARM_UPS, ROUNDS = 2, 8
SECONDS, PUSH_SECONDS = 0.15, 0.6  # that each operation is repeated in a round
BURSTS = 3
SETTLING_SECONDS = 1
CONTENDED_MS = 1000
MEMORY, START, AS_FAST, READ = 1 / 3, 1 / 5, 1.0, 1.3  # shares of Google's to stay below
READS = ("get",)


class Quantity(NamedTuple):
    """What is measured of both; `share` bounds ours as a part of Google's, `below` by itself."""

    subject: str
    unit: str
    share: float | None = None
    below: float | None = None


Found = dict[str, dict[Quantity, float | None]]  # by the name of the pair


def measure(bench: Bench) -> Section:
    """Each figure of both, in the same run, by turns; of ours alone without the Cloud SDK."""
    pairs = {OURS: emulator_pair.embedded(bench.root, bench.port)}
    if theirs := emulator_pair.google(bench.root, bench.port + 2):
        pairs[THEIRS] = theirs
    found: Found = {name: {} for name in pairs}
    with ExitStack() as stack:
        running = _start(bench, pairs, found, stack)
        time.sleep(SETTLING_SECONDS)
        _weigh(running, found, "idle")
        documents = {name: Documents(pair.firestore) for name, pair in running.items()}
        bench.say("emulators: reads, writes, transactions, queries")
        _repeat({name: own.operations for name, own in documents.items()}, SECONDS, found)
        bench.say("emulators: messages")
        _push(running, bench.port + 4, found)
        _contend(bench, documents, found)
        _weigh(running, found, "after load")
    return _section(found)


def _start(
    bench: Bench, pairs: Mapping[str, Pair], found: Found, stack: ExitStack
) -> dict[str, Running]:
    """Starts both, three times by turns; the last ones run on."""
    times: dict[str, list[float]] = {name: [] for name in pairs}
    for _ in range(STARTS - 1):
        for name, pair in pairs.items():
            bench.say(f"emulators: start of {name}")
            with pair.running() as started:
                times[name].append(started.start_ms)
    running = {name: stack.enter_context(pair.running()) for name, pair in pairs.items()}
    for name, started in running.items():
        median = statistics.median([*times[name], started.start_ms])
        found[name][Quantity("start of both", "ms", START)] = median
    return running


def _weigh(running: Mapping[str, Running], found: Found, when: str) -> None:
    for name, pair in running.items():
        memory = pair.memory()
        found[name][Quantity(f"PSS of both, {when}", "MB", MEMORY)] = memory.pss
        found[name][Quantity(f"RSS of both, {when}", "MB", MEMORY)] = memory.rss


def _repeat(
    operations: Mapping[str, Mapping[str, Operation]], seconds: float, found: Found
) -> None:
    """Rounds of every operation on both by turns; the first rounds do not count."""
    for _ in range(WARM_UPS):
        _round(operations, seconds)
    rounds = [_round(operations, seconds) for _ in range(ROUNDS)]
    for name, subject in rounds[0]:
        load = Load([one for times in rounds for one in times[name, subject]], ROUNDS * seconds)
        share = READ if subject in READS else AS_FAST
        found[name][Quantity(f"{subject}, p50", "ms", share)] = load.percentile(50)
        found[name][Quantity(f"{subject}, p99", "ms")] = load.percentile(99)


def _round(
    operations: Mapping[str, Mapping[str, Operation]], seconds: float
) -> dict[tuple[str, str], list[float]]:
    """Milliseconds of each call, by pair and operation; one call here, one there.

    So whatever else keeps the machine busy slows both down alike.
    """
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    for subject in operations[OURS]:
        over = time.perf_counter() + seconds * len(operations)
        while time.perf_counter() < over:
            for name, own in operations.items():
                times[name, subject].append(own[subject]())
    return times


def _push(running: Mapping[str, Running], port: int, found: Found) -> None:
    """From publishing to arrival one by one, then in bursts."""
    with listening(port) as endpoint:
        buses = {name: Bus(pair.pubsub, endpoint) for name, pair in running.items()}
        one_by_one = {name: {"publish to push": bus.one} for name, bus in buses.items()}
        _repeat(one_by_one, PUSH_SECONDS, found)
        rates = {name: [bus.many() for _ in range(BURSTS)] for name, bus in buses.items()}
    for name, own in rates.items():
        subject = f"{MESSAGES:,} messages published and pushed"
        found[name][Quantity(subject, "/s", AS_FAST)] = statistics.median(own)


def _contend(bench: Bench, documents: Mapping[str, Documents], found: Found) -> None:
    subject = f"{THREADS * INCREMENTS} contended increments"
    for name, own in documents.items():
        bench.say(f"emulators: {subject}, {name}")
        found[name][Quantity(subject, "ms", below=CONTENDED_MS)] = own.contend()


def _section(found: Found) -> Section:
    """A row a quantity: ours, Google's, and ours as a part of Google's."""
    missing = THEIRS not in found
    section = Section(
        "Firestore and Pub/Sub: the embedded emulators beside Google's",
        [
            "Start: both together, from process start to an answer of each, median of "
            f"{STARTS}. Google's run with the options of `frontdesk up --google-emulators`.",
            f"Official Python clients, one thread, call by call on both by turns, {ROUNDS} rounds "
            f"after {WARM_UPS} that do not count; the client's own time is in every figure and "
            "shares the cores.",
            f"Messages: published {BATCH} a request, until the last is pushed; median of {BURSTS}. "
            "Its share is that of the time.",
            f"One by one: after a random pause of up to {PAUSE_SECONDS:g} s each, since Google's "
            "looks for messages at intervals of about as much.",
            f"Contended: {THREADS} threads, {INCREMENTS} transactions each on one document; once.",
            f"Share: ours divided by Google's{', which are not installed' if missing else ''}.",
        ],
        mixed=True,
    )
    column = f"{THEIRS}: not installed" if missing else THEIRS
    for quantity, ours in found[OURS].items():
        subject, unit, share, below = quantity
        theirs = None if missing else found[THEIRS][quantity]
        section.add(subject, OURS, ours, unit, below=below)
        section.add(subject, column, theirs, unit)
        section.add(subject, SHARE, _share(ours, theirs, unit), "", below=share)
    return section


def _share(ours: float | None, theirs: float | None, unit: str) -> float | None:
    """Of time or memory: less is better. A rate is turned round."""
    if ours is None or theirs is None:
        return None
    return theirs / ours if unit == "/s" else ours / theirs
