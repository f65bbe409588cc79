"""Where services are: SERVICE_URLS, a JSON object of service name to base URL."""

from __future__ import annotations

import json
import os
from functools import cache

from shared.runtime.problems import Problem


def locate(service: str) -> str:
    """The base URL of a service. In the cloud only declared callees are in the table."""
    url = _table(os.environ.get("SERVICE_URLS", "{}")).get(service)
    if url is None:
        raise Problem("unavailable", f"The address of {service} is not known.")
    return url


@cache
def _table(text: str) -> dict[str, str]:
    table: dict[str, str] = json.loads(text)
    return {name: url.rstrip("/") for name, url in table.items()}
