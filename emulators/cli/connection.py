"""Finding the stack to talk to."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from emulators.stack.api import Api
from emulators.stack.errors import StackError
from emulators.stack.report import STACK_FILE


def api(root: Path) -> Api:
    """The gateway of FRONTDESK_URL and FRONTDESK_API_KEY, else of the stack running here."""
    url, key = os.environ.get("FRONTDESK_URL"), os.environ.get("FRONTDESK_API_KEY")
    if not (url and key):
        facts = running(root)
        url, key = url or facts["gateway"], key or facts["api_key"]
    return Api(url, {"X-Api-Key": key})


def running(root: Path) -> dict[str, Any]:
    """What the stack of this project wrote when it was ready. Raises StackError without one."""
    try:
        found: dict[str, Any] = json.loads((root / STACK_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StackError(
            "No stack runs here: start one with `frontdesk up`, or set FRONTDESK_URL and "
            "FRONTDESK_API_KEY."
        ) from None
    return found
