"""Credentials from outside, exchanged at Authentication for tokens that services trust."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict

from pydantic import ValidationError

from shared.contracts.identity import Exchange, Exchanged
from shared.contracts.problems import KINDS, ProblemDetails
from shared.gateway.bodies import Body
from shared.gateway.connection import CutOff, Response
from shared.gateway.forward import Forwarder
from shared.gateway.inbound import Inbound
from shared.gateway.outbound import Outbound
from shared.gateway.refusals import Refusal

AUTHENTICATION = "authentication"
PATH = b"/internal/exchange"
KEPT_SECONDS = 5
SPARE_SECONDS = 15  # what a token must still be good for at the service
CALL_SECONDS = 10
CAPACITY = 2_000

Key = tuple[bytes, tuple[str, ...], str | None]


class Exchanger:
    """Keeps each token for up to 5 s; equal requests that come meanwhile share one call."""

    def __init__(self, forwarder: Forwarder) -> None:
        self._forwarder = forwarder
        self._kept: OrderedDict[Key, tuple[float, Exchanged]] = OrderedDict()
        self._calls: dict[Key, asyncio.Task[Exchanged]] = {}
        self._forgotten = 0

    async def exchange(
        self, credential: str, audience: tuple[str, ...], visitor: str | None, inbound: Inbound
    ) -> Exchanged:
        """The caller and the token for `audience`; raises what Authentication refuses with."""
        key = (hashlib.sha256(credential.encode()).digest(), audience, visitor)
        until, caller = self._kept.get(key, (0.0, None))
        if caller is not None and until > time.monotonic():
            self._kept.move_to_end(key)
            return caller
        call = self._calls.get(key)
        if call is None:
            body = Exchange(credential=credential, audience=list(audience), visitor=visitor)
            call = asyncio.create_task(self._call(key, body, inbound))
            self._calls[key] = call
            call.add_done_callback(lambda done: self._settle(key, done))
        # One client that leaves must not take the call from the others.
        return await asyncio.shield(call)

    def forget(self, tenant_id: str) -> None:
        """Drops a tenant's tokens, also those under way: a revoked credential ends at once."""
        self._forgotten += 1
        self._calls.clear()
        for key in [key for key, (_, one) in self._kept.items() if one.tenant_id == tenant_id]:
            del self._kept[key]

    async def _call(self, key: Key, body: Exchange, inbound: Inbound) -> Exchanged:
        forgotten = self._forgotten
        request = Outbound(
            method="POST",
            target=PATH,
            headers=[
                (b"content-type", b"application/json"),
                (b"x-request-id", inbound.request_id.encode()),
                (b"traceparent", inbound.traceparent.encode()),
            ],
            body=Body(body.model_dump_json(exclude_none=True).encode()),
            replayable=True,
        )
        deadline = time.monotonic() + CALL_SECONDS
        caller = await _read(await self._forwarder.send(AUTHENTICATION, request, deadline))
        if forgotten == self._forgotten:
            self._keep(key, caller)
        return caller

    def _keep(self, key: Key, caller: Exchanged) -> None:
        seconds = min(caller.expires_in - SPARE_SECONDS, KEPT_SECONDS)
        self._kept[key] = (time.monotonic() + seconds, caller)
        if len(self._kept) > CAPACITY:
            self._kept.popitem(last=False)

    def _settle(self, key: Key, call: asyncio.Task[Exchanged]) -> None:
        if self._calls.get(key) is call:
            del self._calls[key]
        if not call.cancelled():
            call.exception()  # it has been raised to whoever still waits


async def _read(response: Response) -> Exchanged:
    """What Authentication answered; raises its refusals as ours, `bad-gateway` for nonsense."""
    try:
        text = await response.buffered()
        if response.status == 200:
            return Exchanged.model_validate_json(text)
        problem = ProblemDetails.model_validate_json(text)
    except (CutOff, ValidationError) as wrong:
        raise Refusal("bad-gateway", "Authentication gave no usable answer") from wrong
    slug = problem.type.rpartition("/")[2]
    retry_after = dict(response.headers).get(b"retry-after")
    headers = {"Retry-After": retry_after.decode("latin-1")} if retry_after else {}
    raise Refusal(slug if slug in KINDS else "bad-gateway", problem.detail, headers)
