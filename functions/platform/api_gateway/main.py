"""API Gateway: the one public door; routes, balances and authenticates requests (port 8000).

The manifest says which service answers what. Every request gets an id, a deadline and, unless its
route is anonymous, an internal token in place of the credential it came with.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import nullcontext
from pathlib import Path

from functions_framework import aio
from starlette.requests import Request

from shared.gateway import headers, logs, routes
from shared.gateway.bodies import Upload
from shared.gateway.exchange import AUTHENTICATION, Exchanger
from shared.gateway.forward import Forwarder
from shared.gateway.identity import METADATA_HOST, ServiceIdentity
from shared.gateway.inbound import VISITOR_KEY, Inbound
from shared.gateway.limits import Limiter
from shared.gateway.outbound import Outbound
from shared.gateway.pool import Pool
from shared.gateway.refusals import ClientGone, Refusal
from shared.gateway.replies import CLIENT_GONE, Reply, until_disconnect
from shared.gateway.upstreams import Upstreams

HERE = Path(__file__).resolve().parent
READY_SECONDS = 2
SAFE_METHODS = {"GET", "HEAD"}

in_cloud = "K_SERVICE" in os.environ
trusted_proxies = int(os.environ.get("TRUSTED_PROXIES", "1" if in_cloud else "0"))


def find_manifest() -> Path:
    """services.yaml: where FRONTDESK_MANIFEST says, beside main.py (deployed), or in functions/."""
    if told := os.environ.get("FRONTDESK_MANIFEST"):
        return Path(told)
    deployed = HERE / "services.yaml"
    return deployed if deployed.exists() else HERE.parents[1] / "services.yaml"


manifest = find_manifest()
pool = Pool()
identity = ServiceIdentity(pool, os.environ.get("GCE_METADATA_HOST", METADATA_HOST))
upstreams = Upstreams.parse(os.environ.get("SERVICE_URLS", "{}"))
forwarder = Forwarder(pool, upstreams, identity if in_cloud else None)
exchanger = Exchanger(forwarder)
per_tenant = Limiter.parse(os.environ.get("RATE_LIMIT_TENANT", "6000/60/1000"))
per_visitor = Limiter.parse(os.environ.get("RATE_LIMIT_VISITOR", "30/60"))
per_address = Limiter.parse(os.environ.get("RATE_LIMIT_ANONYMOUS", "60/60"))


@aio.http  # type: ignore[arg-type]  # typed for Starlette's Response; any ASGI reply works
async def handle(request: Request) -> Reply:
    """Answers every request; whatever goes wrong, the answer is a problem with the request id."""
    inbound = Inbound.of(request.scope, trusted_proxies)
    upload = Upload(request.receive, inbound.headers)
    try:
        if inbound.method == "OPTIONS":
            return Reply(inbound, 204, headers.preflight(router.methods(inbound.path)), b"")
        route = router.find(inbound.method, inbound.path)
        if route.service == routes.GATEWAY:
            return await PAGES[inbound.path](inbound)
        return await pass_on(inbound, route, upload)
    except Refusal as refusal:
        await upload.drain()
        return Reply.refuse(inbound, refusal)
    except ClientGone:
        return Reply(inbound, CLIENT_GONE, [], b"")
    except Exception as error:  # noqa: BLE001 - logged, and answered without its text
        logs.crash(inbound, error)
        return Reply.refuse(inbound, Refusal("internal-error"))


async def pass_on(inbound: Inbound, route: routes.Route, upload: Upload) -> Reply:
    """Sends a request to its service and the answer back."""
    inbound.service = route.service
    inbound.limit_time(route.timeout)
    token = await admit(inbound, route)
    body = await upload.read()
    if body.rest is not None:  # the service must not pay for a slow upload
        inbound.deadline = inbound.started + route.timeout
    outbound = headers.upstream(inbound, body, token)
    inbound.sent = time.monotonic()
    async with until_disconnect(upload.receive) if body.rest is None else nullcontext():
        response = await forwarder.send(route.service, outbound, inbound.deadline)
    inbound.answered = time.monotonic()
    await upload.drain()  # the service may have answered before it had read it all
    if route.service == AUTHENTICATION and inbound.method not in SAFE_METHODS and inbound.tenant:
        exchanger.forget(inbound.tenant)  # it may have revoked something
    return Reply.relay(inbound, response, inbound.started + route.timeout)


async def admit(inbound: Inbound, route: routes.Route) -> str | None:
    """The internal token of the caller, None on an anonymous route; counts against the limits."""
    if route.anonymous:
        inbound.spend(per_address.take(inbound.client_ip))
        return None
    credential, visitor = inbound.credential(), None
    if credential.startswith(VISITOR_KEY):
        visitor = inbound.visitor()
        for who in {f"ip:{inbound.client_ip}", visitor}:
            inbound.spend(per_visitor.take((credential, who)))
    caller = await exchanger.exchange(credential, route.audience, visitor, inbound)
    inbound.tenant = caller.tenant_id
    inbound.spend(per_tenant.take(caller.tenant_id))
    return caller.token


async def index(inbound: Inbound) -> Reply:
    """What this is, for whoever opens the root."""
    links = {"openapi": "/openapi.json", "health": "/healthz", "readiness": "/readyz"}
    about = {"name": "Frontdesk", "version": "v1", "links": links}
    return Reply.json(inbound, json.dumps(about).encode())


async def health(inbound: Inbound) -> Reply:
    """The process answers."""
    return Reply.json(inbound, b'{"status":"ok"}')


async def readiness(inbound: Inbound) -> Reply:
    """Authentication answers, without which nobody gets in; raises `unavailable`."""
    request = Outbound("GET", b"/healthz", [], replayable=True)
    response = await forwarder.send(AUTHENTICATION, request, time.monotonic() + READY_SECONDS)
    response.close()
    if response.status != 200:
        raise Refusal("unavailable", "authentication is not healthy", {"Retry-After": "2"})
    return Reply.json(inbound, b'{"status":"ready"}')


async def openapi(inbound: Inbound) -> Reply:
    """The API's description, which is generated from routes and contracts."""
    document = manifest.with_name("openapi.json")
    if not document.exists():
        raise Refusal("not-found")
    return Reply.json(inbound, document.read_bytes())


PAGES = {"/": index, "/healthz": health, "/readyz": readiness, "/openapi.json": openapi}
router = routes.load(manifest, own_paths=PAGES)
