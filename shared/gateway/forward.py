"""Sends a request to a service, and again while that is safe and there is time."""

from __future__ import annotations

import asyncio
import json
import random
import time

from shared.contracts.problems import CONTENT_TYPE
from shared.gateway.connection import CutOff, Response
from shared.gateway.identity import ServiceIdentity
from shared.gateway.outbound import Headers, Origin, Outbound
from shared.gateway.pool import ConnectFailed, Pool
from shared.gateway.refusals import Refusal
from shared.gateway.upstreams import Upstreams

TRIES = 6
FIRST_PAUSE = 0.05
LONGEST_WAIT = 1.0


class Forwarder:
    """Knows the addresses and holds the connections; `identity` is set in the cloud only."""

    def __init__(
        self, pool: Pool, upstreams: Upstreams, identity: ServiceIdentity | None = None
    ) -> None:
        self._pool = pool
        self._upstreams = upstreams
        self._identity = identity

    async def send(self, service: str, request: Outbound, deadline: float) -> Response:
        """The service's answer, its body still to be read.

        `deadline` is in `time.monotonic()` seconds. Raises `unavailable` when nobody listens,
        `bad-gateway` when the answer does not come, `deadline-exceeded`.
        """
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                return await self._tries(service, request, deadline)
        except TimeoutError as late:
            raise Refusal("deadline-exceeded", f"{service} did not answer in time") from late

    async def _tries(self, service: str, request: Outbound, deadline: float) -> Response:
        """A failed connection sent nothing; one cut later may have had its effect already."""
        failure = Refusal("unavailable", f"{service} is not there", {"Retry-After": "2"})
        for attempt in range(TRIES):
            origin = self._upstreams.pick(service)
            pause = FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1)  # noqa: S311
            try:
                response = await self._once(origin, request, deadline)
            except ConnectFailed:
                self._upstreams.skip(origin)
            except CutOff as cut:
                failure = Refusal("bad-gateway", f"{service} broke off its answer")
                if not request.replayable:
                    raise failure from cut
            else:
                wait = await _still_running(response) if attempt else None
                if wait is None:
                    return response
                pause = wait
                failure = Refusal("request-in-progress", headers={"Retry-After": "1"})
            if attempt < TRIES - 1:
                await asyncio.sleep(pause)
        raise failure

    async def _once(self, origin: Origin, request: Outbound, deadline: float) -> Response:
        extra: Headers = await self._identity.headers(origin) if self._identity else []
        remaining = max(1, round((deadline - time.monotonic()) * 1000))
        extra.append((b"x-deadline-ms", str(remaining).encode()))
        return await self._pool.send(origin, request, extra)


async def _still_running(response: Response) -> float | None:
    """How long to wait, when an answer says that an earlier try of ours is still at work."""
    headers = dict(response.headers)
    if response.status != 409 or not headers.get(b"content-type", b"").startswith(
        CONTENT_TYPE.encode()
    ):
        return None
    try:
        problem = json.loads(await response.buffered())
    except ValueError:
        return None
    if problem.get("type") != "/problems/request-in-progress":
        return None
    retry_after = headers.get(b"retry-after", b"")
    return min(float(retry_after), LONGEST_WAIT) if retry_after.isdigit() else LONGEST_WAIT
