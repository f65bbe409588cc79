"""`frontdesk status`: how the running stack fares."""

from __future__ import annotations

import argparse

import urllib3
from rich.console import Console
from rich.table import Table

from emulators.cli.connection import running
from emulators.cli.output import print_json, shown
from emulators.stack.errors import StackError
from emulators.stack.memory import megabytes


def status(given: argparse.Namespace) -> int:
    """A line a process; PSS shares common pages out, RSS counts them for each."""
    url = running(given.root)["control"]
    try:
        found = urllib3.request("GET", url, timeout=10, retries=False).json()
    except urllib3.exceptions.HTTPError as failed:
        raise StackError("The stack has ended: start one with `frontdesk up`.") from failed
    if given.json:
        print_json(found)
        return 0
    table = Table("process", "port", "state", "pid", "restarts", "start", "PSS", "RSS", box=None)
    for name, s in found["services"].items():
        start = f"{s['start_ms']:.0f} ms" if s["start_ms"] is not None else "-"
        numbers = (str(s["port"]), s["state"], shown(s["pid"]), str(s["restarts"]), start)
        table.add_row(name, *numbers, megabytes(s["pss"]), megabytes(s["rss"]))
    for name, other in found["others"].items():
        sizes = (megabytes(other["pss"]), megabytes(other["rss"]))
        table.add_row(name, "", "", shown(other["pid"]), "", "", *sizes)
    Console().print(table)
    return 0
