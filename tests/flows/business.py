"""A tenant of its own for a test: who may act for it, and what they do all the time."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.flows.client import Client, done
from tests.flows.running_product import eventually

Json = dict[str, Any]


@dataclass(frozen=True)
class Business:
    """A tenant just signed up. `owner` holds an access token, `staff` a secret API key."""

    tenant_id: str
    email: str
    password: str
    tokens: Json
    owner: Client
    staff: Client

    def key(self, **wanted: Any) -> Json:
        """A new API key as it is shown once."""
        created: Json = done(self.owner.post("/v1/api-keys", {"name": "test", **wanted}), 201)
        return created

    def client(self, key: str, **headers: str) -> Client:
        """Somebody with a key of this business, elsewhere in the world."""
        return Client(self.owner.gateway, some_address(), {"X-Api-Key": key, **headers})

    def visitor(self, name: str, key: str) -> Client:
        """A visitor of the business's website, which sends a name of its choice for each."""
        return self.client(key, **{"X-Visitor-Id": name})

    def upload(self, text: str, **fields: Any) -> Json:
        """A document just received."""
        created: Json = done(self.staff.post("/v1/documents", {"text": text, **fields}), 201)
        return created

    def document(self, document_id: str) -> Json:
        found: Json = done(self.staff.get(f"/v1/documents/{document_id}"))
        return found

    def settled(self, document_id: str) -> Json:
        """The document once nothing of it is under way any more."""
        eventually(lambda: self.document(document_id)["status"] != "processing")
        return self.document(document_id)

    def ready(self, document_id: str) -> Json:
        """The document once it answers questions; fails the test if it never does."""
        found = self.settled(document_id)
        assert found["status"] == "ready", found
        return found

    def learn(self, *texts: str, **fields: Any) -> list[Json]:
        """Uploads texts and returns their documents once all of them answer questions."""
        received = [self.upload(text, **fields) for text in texts]
        return [self.ready(document["id"]) for document in received]

    def documents(self) -> list[Json]:
        """All documents, newest first, page by page."""
        return self.everything("/v1/documents")

    def everything(self, path: str, client: Client | None = None, limit: int = 100) -> list[Json]:
        """All items of a list, by following its cursors."""
        items: list[Json] = []
        query: Json = {"limit": limit}
        while True:
            page = done((client or self.staff).get(path, params=query))
            items += page["items"]
            if page["next_cursor"] is None:
                return items
            query["cursor"] = page["next_cursor"]

    def search(self, query: str, **fields: Any) -> list[Json]:
        hits: list[Json] = done(self.staff.post("/v1/search", {"query": query, **fields}))["items"]
        return hits

    def ask(self, question: str, **fields: Any) -> Json:
        """The answer to a question, every citation of it proven."""
        body = {"question": question, **fields}
        return self.proven(done(self.staff.post("/v1/answers", body)))

    def text(self, document_id: str, version: int) -> str:
        """The text that citations of a version point into."""
        path = f"/v1/documents/{document_id}/versions/{version}/text"
        response = self.staff.get(path)
        assert response.status_code == 200, response.text
        return response.content.decode()

    def proven(self, answer: Json) -> Json:
        """The answer, if each citation stands in its document letter for letter.

        And if it is either cited or an honest refusal that says what is missing.
        """
        assert answer["answered"] == bool(answer["citations"]), answer
        assert answer["answered"] or answer["missing"], answer
        self.stands(answer["citations"])
        return answer

    def stands(self, spans: Iterable[Json]) -> None:
        """Fails unless the text of each span is exactly what its document has there."""
        for span in spans:
            text = self.text(span["document_id"], span["version"])
            assert text[span["start"] : span["end"]] == span["text"], span


def sign_up(gateway: str) -> Business:
    """A new business and a key for its staff."""
    address = some_address()
    email, password = f"{secrets.token_hex(6)}@shop.example", secrets.token_urlsafe(12)
    body = {"email": email, "password": password, "business": "A shop"}
    tokens = done(Client(gateway, address).post("/v1/signup", body), 201)
    owner = Client(gateway, address, {"Authorization": f"Bearer {tokens['access_token']}"})
    key = done(owner.post("/v1/api-keys", {"name": "staff"}), 201)["key"]
    staff = Client(gateway, address, {"X-Api-Key": key})
    return Business(tokens["tenant_id"], email, password, tokens, owner, staff)


def some_address() -> str:
    """An address that no other test has, so that none uses up another's rate limit."""
    return f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(1, 255)}"
