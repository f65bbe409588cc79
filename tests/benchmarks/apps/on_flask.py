"""On Flask."""

from __future__ import annotations

from flask import Flask, Response, request

from tests.benchmarks.apps.quotes import Wanted, quote

app = Flask(__name__)


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/v1/quotes")
def post_quote() -> Response:
    wanted = Wanted.model_validate_json(request.get_data())
    return Response(quote(wanted).model_dump_json(), mimetype="application/json")
