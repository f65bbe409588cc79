"""Where the services listen, and load balancing over a service's addresses."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator, Mapping, Sequence

from shared.gateway.outbound import Origin
from shared.gateway.refusals import Refusal

SKIP_SECONDS = 5


class Upstreams:
    """The addresses of each service, taken in turn; one that refused is skipped for 5 s."""

    def __init__(self, urls: Mapping[str, str | Sequence[str]]) -> None:
        self._origins = {
            name: [Origin.parse(url) for url in ([value] if isinstance(value, str) else value)]
            for name, value in urls.items()
        }
        self._turns = {name: _turns(len(origins)) for name, origins in self._origins.items()}
        self._skipped: dict[Origin, float] = {}

    @classmethod
    def parse(cls, text: str) -> Upstreams:
        """From JSON: a URL, or a list of them, by service name; raises ValueError."""
        return cls(json.loads(text))

    def pick(self, service: str) -> Origin:
        """The next address; raises `unavailable` when the service has none."""
        origins = self._origins.get(service)
        if not origins:
            raise Refusal("unavailable", f"{service} has no address here", {"Retry-After": "5"})
        turn = next(self._turns[service])
        in_order = origins[turn:] + origins[:turn]
        now = time.monotonic()
        return next((one for one in in_order if self._skipped.get(one, 0) <= now), in_order[0])

    def skip(self, origin: Origin) -> None:
        """Notes that nobody listens there."""
        self._skipped[origin] = time.monotonic() + SKIP_SECONDS


def _turns(count: int) -> Iterator[int]:
    return itertools.cycle(range(count))
