"""What a business uploads while things fail, and whether all of it arrived exactly once."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import requests
from google.auth.credentials import AnonymousCredentials
from google.cloud import firestore

from emulators.stack.backends import PROJECT
from tests.flows.business import Business, Json
from tests.flows.running_product import eventually

AGAIN = {409, 429, 500, 502, 503, 504}
PARTS = 12


def text(number: int) -> str:
    """A document of a few chunks that no other resembles."""
    cleaning = "It is cleaned every morning before the guests arrive. " * 6
    rooms = ((f"{number}-{part}", number * 100 + part) for part in range(PARTS))
    parts = [f"## Room {room}\n\nCode {code} opens room {room}. {cleaning}" for room, code in rooms]
    return "\n\n".join([f"# House {number}", *parts])


class Library:
    """The documents of a business, as its users see them and as the index holds them."""

    def __init__(self, business: Business, store: str) -> None:
        self.business = business
        with mock.patch.dict(os.environ, {"FIRESTORE_EMULATOR_HOST": store}):
            self._store = firestore.Client(PROJECT, AnonymousCredentials())

    def upload(self, number: int) -> Json:
        """A document, sent until it is taken, under one Idempotency-Key."""
        body = {"text": text(number), "filename": f"house-{number}.md"}
        headers = {"Idempotency-Key": f"house-{number}"}

        def taken() -> requests.Response | None:
            try:
                response = self.business.staff.post("/v1/documents", body, headers=headers)
            except requests.ConnectionError:
                return None
            return None if response.status_code in AGAIN else response

        response = eventually(taken)
        assert response.status_code == 201, response.text
        document: Json = response.json()
        return document

    def upload_all(self, numbers: Iterable[int], at_once: int = 4) -> list[Json]:
        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(self.upload, numbers))

    def is_whole(self, uploaded: list[Json]) -> None:
        """Fails unless each upload is one document, ready, with each chunk in the index once."""
        ready = {one["id"]: self.business.ready(one["id"]) for one in uploaded}
        assert len(ready) == len(uploaded)
        assert {one["id"] for one in self.business.documents()} == set(ready)
        chunks = {document_id: document["chunks"] for document_id, document in ready.items()}
        assert self.stored() == chunks
        for document_id, document in ready.items():
            self._is_found(document_id, document["chunks"])

    def stored(self) -> Counter[str]:
        """How many chunks of each document all stored segments hold together."""
        path = f"tenants/{self.business.tenant_id}/segments"
        count: Counter[str] = Counter()
        for snapshot in self._store.collection(path).select(["document_id", "count"]).stream():
            count[snapshot.get("document_id")] += snapshot.get("count")
        return count

    def _is_found(self, document_id: str, chunks: int) -> None:
        only = {"document_ids": [document_id]}
        hits = self.business.search("code of a room", filters=only, top_k=100)
        places = {(hit["document_id"], hit["version"], hit["start"]) for hit in hits}
        assert len(places) == len(hits) == chunks
        self.business.stands(hits[:1])
