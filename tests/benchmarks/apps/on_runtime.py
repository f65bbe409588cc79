"""On Frontdesk's runtime, under the Functions Framework."""

from __future__ import annotations

from shared.runtime import Service
from tests.benchmarks.apps.quotes import Quote, Wanted, quote

service = Service("quotes")


@service.post("/v1/quotes", anonymous=True)
def post_quote(wanted: Wanted) -> Quote:
    return quote(wanted)


handle = service.entry_point
