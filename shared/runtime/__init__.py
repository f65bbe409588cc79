"""The runtime that every service runs on: declare routes and events, get the protocol.

    service = Service("payment-link")

    @service.post("/v1/payment-links", status=201, idempotent=True)
    def create(quote: Quote, work: Work) -> PaymentLink: ...

    @service.on(IntentClassified)
    def link_for_request(event: IntentClassified, work: Work) -> None: ...

    handle = service.entry_point

What comes with it: validation and problem+json, callers and tenant isolation, the unit of work,
idempotency keys, outbox, inbox and dead letters, calls with deadlines and breakers, telemetry,
health. See README.md beside this file.
"""

from shared.cloud.secrets import secret
from shared.runtime.caller import Caller
from shared.runtime.calls import call
from shared.runtime.dead_letters import DeadLetter
from shared.runtime.files import Files
from shared.runtime.problems import Problem, not_found
from shared.runtime.replies import Reply, ServerEvent, Stream, Wants
from shared.runtime.service import Service
from shared.runtime.store import DIRECTORY, Filter, Store
from shared.runtime.telemetry import log, log_error
from shared.runtime.work import Work

__all__ = [
    "DIRECTORY",
    "Caller",
    "DeadLetter",
    "Files",
    "Filter",
    "Problem",
    "Reply",
    "ServerEvent",
    "Service",
    "Store",
    "Stream",
    "Wants",
    "Work",
    "call",
    "log",
    "log_error",
    "not_found",
    "secret",
]
