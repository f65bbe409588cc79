"""`/healthz`: the process answers. `/readyz`: what it depends on answers too."""

from __future__ import annotations

import json

from shared.cloud import firestore
from shared.cloud.patience import within
from shared.runtime.replies import JSON, Reply
from shared.runtime.telemetry import log_error

PROBE_SECONDS = 2.0


def alive(service: str) -> Reply:
    return _reply(200, {"status": "ok", "service": service})


def ready(service: str) -> Reply:
    """200 with each dependency `ok`, or 503 naming the one that is not."""
    store = _probe(service)
    healthy = store == "ok"
    body: dict[str, object] = {
        "status": "ok" if healthy else "unavailable",
        "service": service,
        "dependencies": {"firestore": store},
    }
    return _reply(200 if healthy else 503, body)


def _probe(service: str) -> str:
    try:
        firestore.client().document(f"services/{service}").get(**within(PROBE_SECONDS))
    except Exception as error:  # noqa: BLE001 - a probe reports whatever is wrong
        log_error("firestore does not answer", error)
        return "unavailable"
    return "ok"


def _reply(status: int, body: dict[str, object]) -> Reply:
    return Reply(json.dumps(body).encode(), status, {"Content-Type": JSON})
