"""What a forked child does: serves one service on the socket it was given."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

ENTRY_POINT = "handle"
THREADS = 8
GRACE_SECONDS = 1.0
CHANNEL_TIMEOUT = 600
CONNECTIONS = 1000


@dataclass(frozen=True)
class Assignment:
    """Which service: its main.py, how it is called, its port (for the record) and its log.

    `generation` counts the processes that the service has had, this one included.
    """

    name: str
    generation: int
    source: str
    signature: str
    port: int
    log: str


def environment(assignment: Assignment) -> dict[str, str]:
    """What Cloud Run sets for a function, save K_SERVICE: by that one, code knows the cloud."""
    return {
        "FUNCTION_SIGNATURE_TYPE": "http",
        "FUNCTION_TARGET": ENTRY_POINT,
        "PORT": str(assignment.port),
    }


def run(assignment: Assignment, listener: socket.socket) -> NoReturn:
    """Serves until told to end; never returns into the zygote's code."""
    try:
        _write_to(Path(assignment.log))
        signal.signal(signal.SIGTERM, _finish)
        os.environ.update(environment(assignment))
        if assignment.signature == "asgi":
            _serve_asgi(assignment.source, listener)
        else:
            _serve_wsgi(assignment.source, listener)
    except SystemExit:
        os._exit(0)
    except BaseException:
        logging.exception("%s has ended", assignment.name)
        os._exit(1)
    os._exit(0)


def _finish(_signal: int, _frame: FrameType | None) -> None:
    """Requests under way may finish; SIGALRM's default action ends what takes longer."""
    signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS)
    raise SystemExit


def _write_to(log: Path) -> None:
    """Both output streams go to the end of the log, line by line."""
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]


def _serve_wsgi(source: str, listener: socket.socket) -> None:
    import waitress  # type: ignore[import-untyped]
    from functions_framework import create_app

    listener.setblocking(False)
    waitress.serve(
        create_app(ENTRY_POINT, source, "http"),  # type: ignore[no-untyped-call]
        sockets=[listener],
        threads=THREADS,
        send_bytes=1,
        channel_timeout=CHANNEL_TIMEOUT,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=False,
        ident=None,
        _quiet=True,
    )


def _serve_asgi(source: str, listener: socket.socket) -> None:
    import uvicorn
    from functions_framework.aio import create_asgi_app

    config = uvicorn.Config(
        create_asgi_app(ENTRY_POINT, source, "http"),  # type: ignore[no-untyped-call]
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run(sockets=[listener])
