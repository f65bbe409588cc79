"""One JSON line a request in Cloud Logging's format; DEBUG lines only when the request fails.

Field names: cloud.google.com/logging/docs/structured-logging.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from datetime import UTC, datetime
from typing import Literal

from shared.runtime.context import Invocation, current

Severity = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
BUFFERED_NOTES = 200


def log(severity: Severity, message: str, **fields: object) -> None:
    """Writes a line now; DEBUG is kept and written only if the request turns out to fail.

    `message` is constant, what varies goes into fields: lines stay groupable.
    """
    invocation = current()
    line = _line(invocation, severity, message, fields)
    if severity != "DEBUG":
        _write(line)
    elif len(invocation.notes) < BUFFERED_NOTES:
        invocation.notes.append(line)


def log_error(message: str, error: BaseException, **fields: object) -> None:
    """An ERROR line with the stack trace, which never leaves in an answer."""
    trace = "".join(traceback.format_exception(error))
    log("ERROR", message, error=type(error).__name__, stack_trace=trace, **fields)


def log_request(method: str, path: str, status: int, seconds: float, **fields: object) -> None:
    """The request's own line, preceded by its DEBUG lines if it failed on our side."""
    invocation = current()
    failed = status >= 500
    if failed:
        for note in invocation.notes:
            _write(note)
    request = {
        "requestMethod": method,
        "requestUrl": path,
        "status": status,
        "latency": f"{seconds:.6f}s",
    }
    severity: Severity = "ERROR" if failed else "INFO"
    _write(_line(invocation, severity, "request", {"httpRequest": request, **fields}))


def _line(
    invocation: Invocation, severity: Severity, message: str, fields: dict[str, object]
) -> dict[str, object]:
    project = os.environ.get("GOOGLE_CLOUD_PROJECT", "")
    return {
        "severity": severity,
        "message": message,
        "time": datetime.now(UTC).isoformat(),
        "logging.googleapis.com/trace": f"projects/{project}/traces/{invocation.trace_id}",
        "logging.googleapis.com/spanId": invocation.span_id,
        "logging.googleapis.com/trace_sampled": invocation.sampled,
        "logging.googleapis.com/labels": {
            "service": invocation.service,
            "request_id": invocation.request_id,
            **({"tenant": invocation.tenant} if invocation.tenant else {}),
        },
        **fields,
    }


def _write(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line, default=str) + "\n")
    sys.stdout.flush()
