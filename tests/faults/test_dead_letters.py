"""An event that cannot be handled is kept for the owner, who can have it delivered again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from google.pubsub_v1 import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

from emulators.stack.backends import BUCKET, PROJECT
from tests.faults.library import Library
from tests.flows.business import Json
from tests.flows.client import done, refused
from tests.flows.running_product import PATIENCE, Product, eventually

LETTERS = "/v1/operations/embedding-generation/dead-letters"
PROCESSED = "knowledge.document.processed.v1"


@pytest.fixture(scope="module")
def bus(product: Product) -> Iterator[PublisherClient]:
    import grpc

    with grpc.insecure_channel(product.emulator("pubsub")) as channel:
        yield PublisherClient(transport=PublisherGrpcTransport(channel=channel))


def publish(bus: PublisherClient, library: Library, data: bytes, event_id: str) -> None:
    """An event as a service would publish it, whatever is in it."""
    tenant = library.business.tenant_id
    attributes = {"ce-id": event_id, "ce-type": PROCESSED, "tenant": tenant}
    topic = f"projects/{PROJECT}/topics/{PROCESSED}"
    bus.publish(topic=topic, messages=[{"data": data, "attributes": attributes}])


def letters(library: Library) -> list[Json]:
    return library.business.everything(LETTERS, library.business.owner)


def replay(library: Library, **wanted: object) -> Json:
    replayed: Json = done(library.business.owner.post(f"{LETTERS}/replay", wanted))
    return replayed


def test_a_poisonous_event_becomes_a_dead_letter_and_holds_up_nothing(
    bus: PublisherClient, library: Library
) -> None:
    publish(bus, library, b'{"document": "nonsense"}', "evt_poison")
    [letter] = eventually(lambda: letters(library))
    assert (letter["service"], letter["type"]) == ("embedding-generation", PROCESSED)
    assert letter["data"] == '{"document": "nonsense"}'
    assert "document_id" in letter["reason"]
    library.is_whole(library.upload_all([0]))

    assert replay(library, ids=[letter["id"]])["ids"] == [letter["id"]]
    [again] = eventually(lambda: letters(library))
    assert again["reason"] == letter["reason"]


def test_dead_letters_are_for_the_owner_of_the_tenant_alone(
    bus: PublisherClient, library: Library, product: Product
) -> None:
    publish(bus, library, b"no JSON", "evt_private")
    eventually(lambda: letters(library))
    refused(library.business.staff.get(LETTERS), 403, "forbidden")
    refused(library.business.staff.post(f"{LETTERS}/replay", {}), 403, "forbidden")
    other = library.business.client(product.facts["api_key"])
    refused(other.get(LETTERS), 403, "forbidden")


def test_a_dead_letter_replayed_after_the_repair_completes_the_document(
    product: Product, library: Library
) -> None:
    product.service("embedding-generation", "stop")
    [document] = library.upload_all([0])
    chunk_set = eventually(lambda: taken_away(product, library, document))
    product.service("embedding-generation", "start")
    failed = library.business.settled(document["id"])
    assert (failed["status"], failed["failure"]["code"]) == ("failed", "embedding-failed")
    [letter] = eventually(lambda: letters(library))

    put_back(product, library, document, chunk_set)
    assert replay(library, dry_run=True) == {"ids": [letter["id"]], "dry_run": True}
    assert letters(library) == [letter]
    assert replay(library)["ids"] == [letter["id"]]
    eventually(lambda: library.business.document(document["id"])["status"] == "ready")
    library.is_whole([document])
    assert letters(library) == []


def taken_away(product: Product, library: Library, document: Json) -> bytes:
    """The chunks of the document's first version, which are not there any more; b"" if not yet."""
    path = object_path(library, document)
    url = f"{product.emulator('storage')}/storage/v1/b/{BUCKET}/o/{path}"
    found = requests.get(url, params={"alt": "media"}, timeout=PATIENCE)
    stages = library.business.document(document["id"])["stages"]
    if found.status_code != 200 or stages[1]["state"] != "done":
        return b""
    requests.delete(url, timeout=PATIENCE).raise_for_status()
    return found.content


def put_back(product: Product, library: Library, document: Json, data: bytes) -> None:
    path = object_path(library, document)
    url = f"{product.emulator('storage')}/upload/storage/v1/b/{BUCKET}/o?name={path}"
    query = "&uploadType=media"
    requests.post(url + query, data=data, timeout=PATIENCE).raise_for_status()


def object_path(library: Library, document: Json) -> str:
    name = f"tenants/{library.business.tenant_id}/documents/{document['id']}/1/chunks.json"
    return name.replace("/", "%2F")
