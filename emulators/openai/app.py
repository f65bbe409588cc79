"""The application: who may come in, what is logged, and where each request goes."""

from __future__ import annotations

import time
import uuid
from pathlib import Path

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from emulators.openai import embeddings
from emulators.openai.chat import ChatCompletions
from emulators.openai.errors import ApiError, from_http, no_key, wrong_key
from emulators.openai.faults import Switchboard, strike
from emulators.openai.reply import Assistant
from emulators.openai.responses import Responses
from emulators.openai.vectors import Vectors, load

LIMITS = {
    "x-ratelimit-limit-requests": "10000",
    "x-ratelimit-remaining-requests": "9999",
    "x-ratelimit-reset-requests": "6ms",
    "x-ratelimit-limit-tokens": "2000000",
    "x-ratelimit-remaining-tokens": "1999000",
    "x-ratelimit-reset-tokens": "30ms",
}


def create_app(data: Path | None = None, vectors: Vectors | None = None) -> Flask:
    """The server; `data` is a folder that keeps vectors, `vectors` replaces the embedding model."""
    vectors = vectors or load(data)
    app = Flask("openai-emulator")
    board = Switchboard(vectors.encoder.name)
    _add_routes(app, board, vectors)
    _add_gate(app, board)
    app.register_error_handler(ApiError, ApiError.response)
    app.register_error_handler(HTTPException, _protocol_error)
    return app


def _add_routes(app: Flask, board: Switchboard, vectors: Vectors) -> None:
    assistant = Assistant(vectors)
    routes = (
        ("POST", "/v1/embeddings", embeddings.Embeddings(vectors).create),
        ("POST", "/v1/chat/completions", ChatCompletions(assistant).create),
        ("POST", "/v1/responses", Responses(assistant).create),
        ("GET", "/v1/models", embeddings.list_models),
        ("GET", "/v1/models/<name>", embeddings.show_model),
        ("POST", "/_emulator/faults", board.add_fault),
        ("GET", "/_emulator/faults", board.list_faults),
        ("DELETE", "/_emulator/faults", board.forget_faults),
        ("GET", "/_emulator/calls", board.list_calls),
        ("DELETE", "/_emulator/calls", board.forget_calls),
        ("GET", "/_emulator/health", board.health),
    )
    for method, path, view in routes:
        app.add_url_rule(path, f"{method} {path}", view, methods=[method])


def _add_gate(app: Flask, board: Switchboard) -> None:
    """Logs each API request, asks for a key and strikes with the fault that waits, if any."""

    @app.before_request
    def enter() -> None:
        g.started = time.perf_counter()
        if request.path.startswith("/_emulator/"):
            return
        board.record(
            {
                "method": request.method,
                "path": request.path,
                "body": request.get_json(silent=True),
                "retry": request.headers.get("x-stainless-retry-count", 0, type=int),
            }
        )
        _require_key()
        g.fault = board.take(request.path)
        if g.fault:
            strike(g.fault)

    @app.after_request
    def leave(response: Response) -> Response:
        response.headers["x-request-id"] = f"req_{uuid.uuid4().hex}"
        response.headers["openai-version"] = "2020-10-01"
        response.headers["openai-organization"] = "emulator"
        elapsed = time.perf_counter() - g.started
        response.headers["openai-processing-ms"] = str(int(1000 * elapsed))
        response.headers.update(LIMITS)
        return response


def _require_key() -> None:
    key = request.headers.get("Authorization", "").removeprefix("Bearer").strip()
    if not key:
        raise no_key()
    if not key.startswith("sk-"):
        raise wrong_key(key)


def _protocol_error(error: HTTPException) -> Response:
    return from_http(error, request.method, request.path).response()
