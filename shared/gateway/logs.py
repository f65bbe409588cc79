"""One line of JSON for each request, in the format of Cloud Logging (LogEntry, HttpRequest)."""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from typing import Any

from shared.gateway.inbound import Inbound

UNLOGGED = {"/healthz", "/readyz"}


def access(inbound: Inbound, status: int, size: int, note: str = "") -> None:
    """The line of a request that is over; `size` is in bytes, `note` says how it broke off."""
    if inbound.path in UNLOGGED and status < 400:
        return
    severity = "ERROR" if status >= 500 or note else "WARNING" if status >= 400 else "INFO"
    message = f"{inbound.method} {inbound.path} {status}{': ' + note if note else ''}"
    _write(
        inbound,
        severity,
        message,
        httpRequest={
            "requestMethod": inbound.method,
            # Without the query: it may hold what a person typed.
            "requestUrl": inbound.path,
            "status": status,
            "responseSize": str(size),
            "userAgent": inbound.headers.get(b"user-agent", b"").decode("latin-1"),
            "remoteIp": inbound.client_ip,
            "latency": f"{time.monotonic() - inbound.started:.6f}s",
        },
    )


def crash(inbound: Inbound, error: Exception) -> None:
    """An error of the gateway itself, with its stack, for Error Reporting."""
    stack = "".join(traceback.format_exception(error))
    _write(inbound, "ERROR", stack)


def _write(inbound: Inbound, severity: str, message: str, **fields: Any) -> None:
    project = os.environ.get("GOOGLE_CLOUD_PROJECT", "-")
    _, trace, span, _ = inbound.traceparent.split("-")
    labels = {
        "request_id": inbound.request_id,
        "service": inbound.service or "api-gateway",
        "tenant": inbound.tenant,
    }
    line = {
        "severity": severity,
        "message": message,
        **fields,
        "logging.googleapis.com/trace": f"projects/{project}/traces/{trace}",
        "logging.googleapis.com/spanId": span,
        "logging.googleapis.com/labels": {name: text for name, text in labels.items() if text},
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
