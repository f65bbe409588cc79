"""The same small route on our runtime and on its peers, measured in the same run."""

from __future__ import annotations

import json
from pathlib import Path

from emulators.stack.sockets import HOST
from tests.benchmarks import process_tree
from tests.benchmarks.bench import Bench
from tests.benchmarks.cold import measure_starts
from tests.benchmarks.figures import Section
from tests.benchmarks.load import Request, run
from tests.benchmarks.server import PROGRAMS, functions_framework, serving

SECONDS = 2.0
MANY = 16
APPS = Path(__file__).with_name("apps")
BODY = json.dumps({"amount": 1200, "currency": "eur"}).encode()


def measure(bench: Bench) -> Section:
    """Cold start, memory, latency on one connection and throughput on sixteen."""
    section = Section(
        "The same JSON route, and its peers",
        [
            "POST, body validated by pydantic; one worker process, plain (not async) handlers. "
            "FastAPI on uvicorn with uvloop and httptools; Flask on gunicorn with 8 threads, as "
            "the Functions Framework runs it on two cores.",
            "Only the runtime also writes a log line a request, counts it and has a request id.",
            f"Latency on one connection, rate on {MANY}; the client shares the machine's cores.",
        ],
    )
    for name, command in commands(bench.port).items():
        bench.say(f"{name}: starts")
        starts = measure_starts(command, bench.port, bench.environment)
        section.add(name, "start", starts.median_ms, "ms")
        section.add(name, "processor", starts.cpu_ms, "ms")
        bench.say(f"{name}: load")
        with serving(command, bench.port, bench.environment) as server:
            headers = {"Content-Type": "application/json"}
            request = Request("POST", f"{server.url}/v1/quotes", BODY, headers)
            run(request, seconds=SECONDS / 4)
            one = run(request, seconds=SECONDS)
            many = run(request, connections=MANY, seconds=SECONDS)
            section.add(name, "p50", one.percentile(50), "ms")
            section.add(name, "p99", one.percentile(99), "ms")
            section.add(name, "rate", many.per_second, "/s")
            section.add(name, "RSS", process_tree.rss_of_all(server.pid), "MB")
            section.add(name, "unique", process_tree.unique(server.pid), "MB")
    return section


def commands(port: int) -> dict[str, list[str]]:
    """How each of the apps is served in production."""
    apps = "tests.benchmarks.apps"
    place = ["--host", HOST, "--port", str(port)]
    uvicorn = [str(PROGRAMS / "uvicorn"), f"{apps}.on_fastapi:app", *place, "--no-access-log"]
    gunicorn = [str(PROGRAMS / "gunicorn"), f"{apps}.on_flask:app", "--bind", f"{HOST}:{port}"]
    return {
        "Frontdesk's runtime": functions_framework(APPS / "on_runtime.py", port),
        "functions-framework": functions_framework(APPS / "on_framework.py", port),
        "FastAPI, uvicorn": uvicorn,
        "Flask, gunicorn": [*gunicorn, "--threads", "8"],
    }
