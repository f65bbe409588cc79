"""Documents come in, in every format and by every way, and end up searchable."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.flows.business import Business
from tests.flows.client import done, refused
from tests.flows.running_product import eventually
from tests.flows.samples import FORMATS, PAGES, TEXTUAL, TITLE, pdf, scan

STAGES = ["received", "extracted", "embedded", "indexed"]


def send_multipart(business: Business, form: str) -> requests.Response:
    filename, media_type, make = FORMATS[form]
    file = {"file": (filename, make(), media_type)}
    return business.staff.post("/v1/documents", files=file, data={"title": TITLE})


def send_base64(business: Business, form: str) -> requests.Response:
    filename, media_type, make = FORMATS[form]
    content = base64.b64encode(make()).decode()
    body = {"filename": filename, "content_type": media_type, "content": content, "title": TITLE}
    return business.staff.post("/v1/documents", body)


def send_text(business: Business, form: str) -> requests.Response:
    filename, _, make = FORMATS[form]
    body = {"filename": filename, "text": make().decode(), "title": TITLE}
    return business.staff.post("/v1/documents", body)


def send_scan(business: Business) -> requests.Response:
    file = {"file": ("scan.pdf", scan(), "application/pdf")}
    return business.staff.post("/v1/documents", files=file)


WAYS = [
    *((send_multipart, form) for form in FORMATS),
    *((send_base64, form) for form in FORMATS),
    *((send_text, form) for form in TEXTUAL),
]


@pytest.mark.parametrize(("send", "form"), WAYS, ids=lambda part: getattr(part, "__name__", part))
def test_every_format_comes_in_by_every_way(business: Business, send, form: str) -> None:
    received = done(send(business, form), 201)
    assert (received["status"], received["format"]) == ("processing", form)
    document = business.ready(received["id"])
    assert [stage["name"] for stage in document["stages"]] == STAGES
    assert {stage["state"] for stage in document["stages"]} == {"done"}
    assert all(stage["at"] for stage in document["stages"])
    assert (document["progress"], document["live_version"]) == (1, 1)
    assert document["pages"] == (2 if form == "pdf" else None)

    text = business.text(document["id"], 1)
    assert all(page in text for page in PAGES)
    assert document["characters"] == len(text)

    hits = business.search("What does a new chain cost?")
    assert PAGES[0] in hits[0]["text"]
    assert hits[0]["page"] == (1 if form == "pdf" else None)
    assert document["chunks"] == len(hits)
    business.stands(hits)


@pytest.mark.parametrize("form", FORMATS)
def test_the_original_comes_back_as_it_was_and_only_as_a_download(
    business: Business, form: str
) -> None:
    filename, media_type, make = FORMATS[form]
    data = make()
    file = {"file": (filename, data, media_type)}
    document = done(business.staff.post("/v1/documents", files=file), 201)
    original = business.staff.get(f"/v1/documents/{document['id']}/versions/1/original")
    assert original.content == data
    assert original.headers["Content-Type"].startswith(media_type)
    assert original.headers["Content-Disposition"].startswith("attachment")
    assert filename in original.headers["Content-Disposition"]
    assert original.headers["X-Content-Type-Options"] == "nosniff"


def test_progress_only_grows_until_a_long_document_is_ready(business: Business) -> None:
    text = "\n\n".join(f"## Rule {n}\n\nLocker {n} opens with code {n * 7}." for n in range(400))
    document = business.upload(text, filename="rules.md")
    seen = [0.0]

    def finished() -> bool:
        now = business.document(document["id"])
        assert now["progress"] >= seen[-1]
        seen.append(now["progress"])
        return now["status"] == "ready"

    eventually(finished)
    assert seen[-1] == 1
    assert len(set(seen)) > 2


def test_a_document_without_words_fails_and_says_why(business: Business) -> None:
    received = done(send_scan(business), 201)
    document = business.settled(received["id"])
    assert document["status"] == "failed"
    assert document["failure"]["code"] == "no-text"
    assert document["failure"]["reason"]
    states = [stage["state"] for stage in document["stages"]]
    assert states == ["done", "failed", "pending", "pending"]
    assert business.search("square") == []


def test_only_a_failed_document_can_be_retried(business: Business) -> None:
    failed = business.settled(done(send_scan(business), 201)["id"])
    again = done(business.staff.post(f"/v1/documents/{failed['id']}/retry"), 202)
    assert (again["status"], again["failure"]) == ("processing", None)
    assert business.settled(failed["id"])["status"] == "failed"

    [fine] = business.learn("Open on Sundays.")
    refused(business.staff.post(f"/v1/documents/{fine['id']}/retry"), 409, "conflict")


def test_a_repeated_upload_with_its_idempotency_key_is_the_first_one_again(
    business: Business,
) -> None:
    body, headers = {"text": "Open on Sundays."}, {"Idempotency-Key": "upload-1"}
    first = business.staff.post("/v1/documents", body, headers=headers)
    second = business.staff.post("/v1/documents", body, headers=headers)
    assert done(second, 201) == done(first, 201)
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(business.documents()) == 1
    other = business.staff.post("/v1/documents", {"text": "Closed."}, headers=headers)
    refused(other, 422, "idempotency-key-reused")


def test_a_multipart_upload_is_the_same_whatever_its_boundary(business: Business) -> None:
    def send() -> requests.Response:
        file = {"file": ("repairs.pdf", data, "application/pdf")}
        return business.staff.post("/v1/documents", files=file, headers={"Idempotency-Key": "one"})

    data = pdf()
    assert done(send(), 201)["id"] == done(send(), 201)["id"]
    assert len(business.documents()) == 1


def test_of_equal_uploads_at_once_only_one_happens(business: Business) -> None:
    def send(_: int) -> requests.Response:
        headers = {"Idempotency-Key": "at once"}
        return business.staff.post("/v1/documents", {"text": "Open."}, headers=headers)

    with ThreadPoolExecutor(6) as pool:
        responses = list(pool.map(send, range(6)))
    assert {response.status_code for response in responses} <= {201, 409}
    made = {response.json()["id"] for response in responses if response.status_code == 201}
    assert made == {document["id"] for document in business.documents()}
    assert len(made) == 1


def test_documents_with_one_external_id_sent_at_once_become_versions_of_one(
    business: Business,
) -> None:
    def send(n: int) -> requests.Response:
        body = {"text": f"Table {n} is by the window.", "external_id": "tables"}
        return business.staff.post("/v1/documents", body)

    with ThreadPoolExecutor(4) as pool:
        received = [done(response, 201) for response in pool.map(send, range(4))]
    assert len({document["id"] for document in received}) == 1
    assert sorted(document["version"] for document in received) == [1, 2, 3, 4]
    document = business.ready(received[0]["id"])
    assert document["live_version"] == 4
    assert {hit["version"] for hit in business.search("table by the window")} == {4}
