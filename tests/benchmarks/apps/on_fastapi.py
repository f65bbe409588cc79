"""On FastAPI; the handler is a plain function, as those of a service that does I/O are."""

from __future__ import annotations

from fastapi import FastAPI

from tests.benchmarks.apps.quotes import Quote, Wanted, quote

app = FastAPI()


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/v1/quotes")
def post_quote(wanted: Wanted) -> Quote:
    return quote(wanted)
