"""What a stack says of itself once it is ready: on the console and as JSON for programs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from emulators.stack.memory import megabytes
from emulators.stack.seed import Tenant
from emulators.stack.stack import Stack

STACK_FILE = Path(".frontdesk", "stack.json")
ASK = "What are your opening hours?"


def facts(stack: Stack, tenant: Tenant) -> dict[str, Any]:
    """Where everything is and who can use it."""
    return {
        "gateway": stack.gateway,
        "api_key": tenant.api_key,
        "visitor_key": tenant.visitor_key,
        "tenant_id": tenant.tenant_id,
        "owner": {"email": tenant.email, "password": tenant.password},
        "services": stack.urls,
        "emulators": {backend.name: backend.address for backend in stack.backends},
        "control": stack.control,
        "logs": str(stack.logs),
        "pid": os.getpid(),
    }


def write(path: Path, found: dict[str, Any]) -> None:
    """Whole or not at all: a reader never sees half of it. Readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.touch(mode=0o600)
    partial.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    partial.replace(path)


def remove(path: Path) -> None:
    """Takes this process's own file away, and nobody else's."""
    if path.exists() and json.loads(path.read_text(encoding="utf-8")).get("pid") == os.getpid():
        path.unlink()


def text(stack: Stack, tenant: Tenant, seconds: float) -> str:
    """One line a service, then what to open and a request that works when pasted."""
    views = stack.supervisor.view()
    lines = [f"{'service':<24}{'port':>6}{'start':>10}{'PSS':>10}{'RSS':>10}"]
    lines += [_line(name, view) for name, view in views.items()]
    question = json.dumps({"question": ASK})
    return "\n".join(
        [
            *lines,
            "",
            f"Ready after {seconds:.1f} s. Ctrl-C stops everything. Logs: {stack.logs}",
            f"  gateway      {stack.gateway}",
            f"  API key      {tenant.api_key}",
            f"  visitor key  {tenant.visitor_key}",
            f"  owner        {tenant.email}  {tenant.password}",
            f"  status       {stack.control}",
            "",
            "Try:  frontdesk upload FILE   then   frontdesk ask QUESTION   or",
            f"  curl -s {stack.gateway}/v1/answers -H 'X-Api-Key: {tenant.api_key}' \\",
            f"    -H 'Content-Type: application/json' -d '{question}'",
        ]
    )


def _line(name: str, view: dict[str, Any]) -> str:
    start = f"{view['start_ms']:.0f} ms"
    sizes = (f"{megabytes(view[kind]):>10}" for kind in ("pss", "rss"))
    return f"{name:<24}{view['port']:>6}{start:>10}{''.join(sizes)}"
