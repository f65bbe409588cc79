"""What the gateway adds to a request, and how many a second get through."""

from __future__ import annotations

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Section
from tests.benchmarks.load import Load, Request, run
from tests.benchmarks.stack import RunningStack

ROUNDS = 4
SECONDS = 1.0
MANY = 16
HOP_TARGET_MS = 100
ADDED_AIM_MS = 1
READ = "/v1/knowledge-bases/default"
KEYS = "/.well-known/jwks.json"


def measure(bench: Bench) -> Section:
    """Direct calls and calls through the gateway, by turns, on one connection; then on many."""
    section = Section(
        "A hop through the gateway",
        [
            f"Kept connections; {ROUNDS} rounds of {SECONDS:g} s each by turns. The client and all "
            "servers share the machine's cores.",
            f"The target of a hop is that of one connection; {MANY} queue for the processor.",
            "The read verifies a token and gets one document from the Firestore emulator.",
        ],
    )
    stack = bench.stack
    for title, service, path in (
        ("no I/O", "authentication", KEYS),
        ("Firestore read", "knowledge-base", READ),
    ):
        bench.say(f"hop, {title}, one connection")
        direct, through = _by_turns(stack, service, path, 1)
        _add(section, f"{title}: direct", direct)
        _add(section, f"{title}: through the gateway", through)
        added = f"{title}: the gateway adds"
        gained = through.percentile(50) - direct.percentile(50)
        section.add(added, "p50", gained, "ms", aim=ADDED_AIM_MS)
        section.add(added, "p99", through.percentile(99) - direct.percentile(99), "ms")
        bench.say(f"hop, {title}, {MANY} connections")
        direct, through = _by_turns(stack, service, path, MANY)
        _add_many(section, f"{title}: direct", direct)
        _add_many(section, f"{title}: through the gateway", through)
    bench.say("the gateway by itself")
    alone = Request("GET", f"{stack.gateway}/healthz")
    _add(section, "gateway's own answer", run(alone, seconds=SECONDS))
    _add_many(section, "gateway's own answer", run(alone, connections=MANY, seconds=SECONDS))
    return section


def _by_turns(stack: RunningStack, service: str, path: str, connections: int) -> tuple[Load, Load]:
    """The same request to the service itself and through the gateway, warm."""
    bearer = {"Authorization": f"Bearer {stack.token()}"}
    direct = Request("GET", stack.urls[service] + path, headers=bearer)
    through = Request("GET", stack.gateway + path, headers={"X-Api-Key": stack.api_key})
    for request in (direct, through):
        run(request, connections=connections, seconds=SECONDS / 2)
    total = [Load([], 0.0), Load([], 0.0)]
    for _ in range(ROUNDS):
        for which, request in enumerate((direct, through)):
            total[which] += run(request, connections=connections, seconds=SECONDS)
    return total[0], total[1]


def _add(section: Section, subject: str, load: Load) -> None:
    section.add(subject, "p50", load.percentile(50), "ms")
    section.add(subject, "p99", load.percentile(99), "ms", below=HOP_TARGET_MS)


def _add_many(section: Section, subject: str, load: Load) -> None:
    section.add(subject, f"rate of {MANY}", load.per_second, "/s")
    section.add(subject, f"p99 of {MANY}", load.percentile(99), "ms")
