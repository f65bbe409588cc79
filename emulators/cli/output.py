"""How results are printed."""

from __future__ import annotations

import json
from typing import Any


def print_json(value: Any) -> None:
    """For programs."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def shown(value: Any) -> str:
    """A table's cell; a dash where nothing is known."""
    return "-" if value is None else str(value)
