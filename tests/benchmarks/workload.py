"""Fifty real requests of each service: what its memory is measured after."""

from __future__ import annotations

import json
import time

from tests.benchmarks.load import Request, repeat
from tests.benchmarks.stack import RunningStack

REQUESTS = 50
CONNECTIONS = 2
SETTLE_SECONDS = 120
QUESTION = "Until when can an appointment be cancelled without a fee?"
TEXT = "An appointment can be cancelled without a fee until 24 hours before it begins."


class Workload:
    """Requests for the services of one stack; its documents go to a knowledge base of their own."""

    def __init__(self, stack: RunningStack) -> None:
        self._stack = stack
        base = {"knowledge_base_id": stack.api.post("/v1/knowledge-bases", {"name": "Load"})["id"]}
        exchange: dict[str, object] = {"credential": stack.api_key, "audience": ["knowledge-base"]}
        self._posts: dict[str, tuple[str, dict[str, object], int]] = {
            "authentication": ("/internal/exchange", exchange, 200),
            "document-processing": ("/v1/documents", {"text": TEXT, **base}, 201),
            "embedding-generation": ("/internal/embeddings", {"texts": [TEXT]}, 200),
            "response-generation": ("/v1/answers", {"question": QUESTION, **base}, 200),
            "similarity-search": ("/v1/search", {"query": QUESTION, **base}, 200),
        }

    def run(self, service: str, url: str) -> None:
        """Sends the service at `url` its fifty requests. Raises LoadError if one fails."""
        repeat(self._request(service, url), REQUESTS // CONNECTIONS, connections=CONNECTIONS)

    def settle(self) -> None:
        """Returns when no uploaded document is being processed any more."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while self._stack.api.get("/v1/documents", status="processing")["items"]:
            if time.monotonic() > deadline:
                raise TimeoutError("Uploaded documents are still being processed.")
            time.sleep(0.2)

    def _request(self, service: str, url: str) -> Request:
        """By name; a service that is not listed is asked whether it is ready, which takes I/O."""
        match service:
            case "api-gateway":
                key = {"X-Api-Key": self._stack.api_key}
                return Request("GET", f"{url}/v1/knowledge-bases/default", headers=key)
            case "knowledge-base":
                return Request("GET", f"{url}/v1/documents", headers=self._bearer())
        if service not in self._posts:
            return Request("GET", f"{url}/readyz")
        path, body, status = self._posts[service]
        headers = {"Content-Type": "application/json", **self._bearer()}
        return Request("POST", url + path, json.dumps(body).encode(), headers, status)

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._stack.token()}"}
