"""On the Functions Framework by itself."""

from __future__ import annotations

import functions_framework
from flask import Request, Response, abort

from tests.benchmarks.apps.quotes import Wanted, quote


@functions_framework.http
def handle(request: Request) -> Response | str:
    if request.path == "/healthz":
        return "ok"
    if request.path != "/v1/quotes":
        abort(404)
    wanted = Wanted.model_validate_json(request.get_data())
    return Response(quote(wanted).model_dump_json(), mimetype="application/json")
