"""Documents are listed, replaced and deleted."""

from __future__ import annotations

import requests

from emulators.stack.backends import BUCKET
from tests.flows.business import Business
from tests.flows.client import done, refused
from tests.flows.running_product import PATIENCE, Product, eventually


def files(product: Product, business: Business, document_id: str) -> list[str]:
    """The names of the files that are kept of a document."""
    prefix = f"tenants/{business.tenant_id}/documents/{document_id}/"
    url = f"{product.emulator('storage')}/storage/v1/b/{BUCKET}/o"
    listed = requests.get(url, params={"prefix": prefix}, timeout=PATIENCE).json()
    return [item["name"] for item in listed.get("items", [])]


def test_documents_are_listed_newest_first_page_by_page(business: Business) -> None:
    made = [business.upload(f"Note {n}.", title=f"Note {n}") for n in range(5)]
    newest_first = [document["id"] for document in reversed(made)]
    listed = business.everything("/v1/documents", limit=2)
    assert [document["id"] for document in listed] == newest_first


def test_lists_can_be_narrowed_to_a_status_and_a_knowledge_base(business: Business) -> None:
    base = done(business.staff.post("/v1/knowledge-bases", {"name": "Garden"}), 201)["id"]
    [inside] = business.learn("Roses like sun.", knowledge_base_id=base)
    business.learn("Open on Sundays.")

    def listed(**query: str) -> list[str]:
        found = done(business.staff.get("/v1/documents", params=query))["items"]
        return [document["id"] for document in found]

    assert listed(knowledge_base_id=base) == [inside["id"]]
    assert len(listed(status="ready")) == 2
    assert listed(status="failed") == []
    assert listed(status="ready", knowledge_base_id=base) == [inside["id"]]


def test_knowledge_bases_are_searched_and_asked_apart(business: Business) -> None:
    base = done(business.staff.post("/v1/knowledge-bases", {"name": "Garden"}), 201)["id"]
    business.learn("The greenhouse opens at eight.", knowledge_base_id=base)
    question = "When does the greenhouse open?"
    assert business.search(question) == []
    assert not business.ask(question)["answered"]
    assert business.ask(question, knowledge_base_id=base)["answered"]
    refused(business.staff.delete(f"/v1/knowledge-bases/{base}"), 409, "conflict")


def test_the_same_external_id_again_is_a_new_version_which_alone_is_found(
    business: Business,
) -> None:
    [first] = business.learn("The sauna costs 12 euros.", external_id="prices", title="Prices")
    [second] = business.learn("The sauna costs 15 euros.", external_id="prices")
    assert second["id"] == first["id"]
    assert (second["version"], second["live_version"]) == (2, 2)
    assert second["title"] == "Prices"

    answer = business.ask("What does the sauna cost?")
    assert "15 euros" in answer["answer"]
    assert {hit["version"] for hit in business.search("sauna")} == {2}

    path = f"/v1/documents/{first['id']}/versions"
    assert [version["version"] for version in business.everything(path)] == [2, 1]
    assert business.text(first["id"], 1) == "The sauna costs 12 euros."


def test_an_answer_of_an_old_version_stays_provable(business: Business) -> None:
    [document] = business.learn("The sauna costs 12 euros.")
    answer = business.ask("What does the sauna cost?")
    done(business.staff.put(f"/v1/documents/{document['id']}", {"text": "Closed for good."}))
    assert business.ready(document["id"])["version"] == 2
    assert business.proven(done(business.staff.get(f"/v1/answers/{answer['id']}")))["answered"]
    assert not business.ask("What does the sauna cost?")["answered"]


def test_a_replacement_by_put_must_be_of_what_was_read(business: Business) -> None:
    [document] = business.learn("The sauna costs 12 euros.")
    path = f"/v1/documents/{document['id']}"
    etag = business.staff.get(path).headers["ETag"]
    change = {"text": "The sauna costs 15 euros."}
    changed = business.staff.put(path, change, headers={"If-Match": etag})
    assert done(changed)["version"] == 2
    assert changed.headers["ETag"] != etag
    business.ready(document["id"])

    stale = business.staff.put(path, {"text": "Lost."}, headers={"If-Match": etag})
    refused(stale, 412, "revision-mismatch")
    refused(business.staff.delete(path, headers={"If-Match": etag}), 412, "revision-mismatch")
    assert business.document(document["id"])["version"] == 2


def test_a_deleted_document_is_gone_at_once_and_leaves_no_file(
    product: Product, business: Business
) -> None:
    kept, gone = business.learn(
        "Towels are included.", "The sauna costs 12 euros.", external_id=None
    )
    path = f"/v1/documents/{gone['id']}"
    assert files(product, business, gone["id"])
    assert business.staff.delete(path).status_code == 204

    assert [hit["document_id"] for hit in business.search("sauna price")] == [kept["id"]]
    assert not business.ask("What does the sauna cost?")["answered"]
    assert [document["id"] for document in business.documents()] == [kept["id"]]
    for rest in ("", "/versions"):
        refused(business.staff.get(path + rest), 404, "not-found")
    refused(business.staff.put(path, {"text": "Back."}), 404, "not-found")
    refused(business.staff.post(f"{path}/retry"), 404, "not-found")
    refused(business.staff.delete(path), 404, "not-found")

    eventually(lambda: not files(product, business, gone["id"]))
    for rest in ("text", "original"):
        refused(business.staff.get(f"{path}/versions/1/{rest}"), 404, "not-found")
    assert files(product, business, kept["id"])


def test_a_deleted_external_id_names_a_new_document_afterwards(business: Business) -> None:
    [first] = business.learn("The sauna costs 12 euros.", external_id="prices")
    business.staff.delete(f"/v1/documents/{first['id']}")
    [second] = business.learn("The sauna costs 15 euros.", external_id="prices")
    assert second["id"] != first["id"]
    assert second["version"] == 1
    assert "15 euros" in business.ask("What does the sauna cost?")["answer"]


def test_a_document_deleted_while_it_is_processed_never_turns_up(
    product: Product, business: Business
) -> None:
    text = "\n\n".join(f"Locker {n} opens with code {n}." for n in range(200))
    documents = [business.upload(text) for _ in range(3)]
    for document in documents:
        assert business.staff.delete(f"/v1/documents/{document['id']}").status_code == 204
    business.learn("Open on Sundays.")
    assert business.search("code of locker 7", threshold=0.3) == []
    assert len(business.documents()) == 1
    for document in documents:
        eventually(lambda document=document: not files(product, business, document["id"]))
