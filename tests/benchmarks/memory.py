"""Memory of each service: alone under the stock command, and as a part of the local stack."""

from __future__ import annotations

import statistics
from typing import Any

from emulators.stack.manifest import Service
from tests.benchmarks import process_tree
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Section
from tests.benchmarks.process_tree import MEGA
from tests.benchmarks.server import serving, stock_command
from tests.benchmarks.workload import REQUESTS, Workload

TARGET_MB = 50
AIM_MB = 28
FORK_TARGET_MS = 50
FORKS = 3
WITHOUT_GOOGLE_CLIENT = {"api-gateway"}
SUM = "services and zygote"
EMULATORS = "emulators and supervisor"


def measure(bench: Bench) -> Section:
    """Alone: RSS and distinct pages. In the stack: PSS and RSS, idle and loaded, and forks."""
    section = Section(
        "Memory",
        [
            f"Loaded: after {REQUESTS} real requests to each service.",
            "Alone: master and worker of the stock command. Unique: their distinct physical "
            "pages, what a container would hold (known to root only).",
            "PSS shares common pages out among the services, RSS counts them for each; "
            "`zygote` is the parent that services are forked from.",
            "Fork: from fork to first 200 on /healthz, median of 3, one service at a time.",
        ],
    )
    names = list(bench.manifest.services)
    idle, idle_others = bench.stack.services(), bench.stack.others()
    workload = Workload(bench.stack)
    for name in names:
        bench.say(f"memory of {name} alone")
        _alone(section, bench, workload, name, bench.manifest.services[name])
    for name in names:
        bench.say(f"memory of {name} in the stack")
        workload.run(name, bench.stack.urls[name])
    workload.settle()
    loaded, loaded_others = bench.stack.services(), bench.stack.others()
    for name in names:
        _in_stack(section, name, idle[name], loaded[name])
    for name in names:
        bench.say(f"forks of {name}")
        times = [bench.stack.restart(name) for _ in range(FORKS)]
        section.add(name, "fork", statistics.median(times), "ms", below=FORK_TARGET_MS)
    _sums(section, idle, loaded, idle_others, loaded_others)
    return section


def _alone(section: Section, bench: Bench, workload: Workload, name: str, service: Service) -> None:
    """RSS of master and worker together, of the worker, and their distinct pages."""
    command = stock_command(bench.root, service, bench.port)
    environment = {**bench.environment, **bench.stack.environment()}
    below = TARGET_MB if name in WITHOUT_GOOGLE_CLIENT else None
    with serving(command, bench.port, environment) as server:
        workload.run(name, server.url)
        _, worker, *_ = process_tree.tree(server.pid)
        section.add(name, "RSS alone", process_tree.rss_of_all(server.pid), "MB")
        section.add(name, "its worker", process_tree.rss(worker), "MB", below=below)
        section.add(name, "unique", process_tree.unique(server.pid), "MB")


def _in_stack(section: Section, name: str, idle: dict[str, Any], loaded: dict[str, Any]) -> None:
    section.add(name, "PSS idle", _mb(idle["pss"]), "MB")
    section.add(name, "PSS loaded", _mb(loaded["pss"]), "MB", below=TARGET_MB, aim=AIM_MB)
    section.add(name, "RSS loaded", _mb(loaded["rss"]), "MB")


def _sums(section: Section, *seen: dict[str, dict[str, Any]]) -> None:
    """The services with their zygote; beside it what stands in for the cloud."""
    idle, loaded, idle_others, loaded_others = seen
    for measured, services, others in (
        ("PSS idle", idle, idle_others),
        ("PSS loaded", loaded, loaded_others),
    ):
        zygote = others["zygote"]["pss"]
        own = [zygote, *(service["pss"] for service in services.values())]
        rest = [other["pss"] for name, other in others.items() if name != "zygote"]
        section.add("zygote", measured, _mb(zygote), "MB")
        section.add(SUM, measured, _total(own), "MB")
        section.add(EMULATORS, measured, _total(rest), "MB")


def _total(sizes: list[int | None]) -> float | None:
    known = [size for size in sizes if size is not None]
    return sum(known) / MEGA if len(known) == len(sizes) else None


def _mb(size: int | None) -> float | None:
    return None if size is None else size / MEGA
