"""Whatever is wrong with a request, the answer says so in words and nothing is half written."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import requests

from tests.flows import bad_documents
from tests.flows.bad_documents import MIB
from tests.flows.business import Business, Json, sign_up, some_address
from tests.flows.client import Client, done, refused
from tests.flows.running_product import Product
from tests.flows.samples import PAGES

Send = Callable[[Business], requests.Response]
KNOWN = "The shop is open on Sundays."
QUERY = "When is the shop open?"


@pytest.fixture(scope="module")
def shop(shared_business: Business) -> Business:
    shared_business.learn(KNOWN, external_id="hours")
    return shared_business


@pytest.fixture
def unchanged(shop: Business) -> Iterator[None]:
    """Fails a test that has changed anything that the business can see."""

    def seen() -> tuple[list[Json], list[Json], list[Json]]:
        bases = shop.everything("/v1/knowledge-bases")
        return shop.documents(), shop.search(QUERY), bases

    before = seen()
    yield
    assert seen() == before


def file(name: str, make: Callable[[], bytes]) -> Send:
    """Uploads a file as browsers do."""
    return lambda shop: shop.staff.post("/v1/documents", files={"file": (name, make())})


def new_version(name: str, make: Callable[[], bytes]) -> Send:
    """Uploads a file as the next version of the document that there is."""

    def send(shop: Business) -> requests.Response:
        form = {"external_id": "hours"}
        return shop.staff.post("/v1/documents", files={"file": (name, make())}, data=form)

    return send


def encoded(make: Callable[[], bytes]) -> Send:
    """Uploads a file as base64 in JSON."""

    def send(shop: Business) -> requests.Response:
        content = base64.b64encode(make()).decode()
        return shop.staff.post("/v1/documents", {"filename": "a.txt", "content": content})

    return send


def document(**body: object) -> Send:
    return lambda shop: shop.staff.post("/v1/documents", body)


def raw(text: str | bytes, content_type: str = "application/json", path: str = "/v1/documents"):
    """Sends a body as it is."""
    headers = {"Content-Type": content_type}
    return lambda shop: shop.staff.post(path, data=text, headers=headers)


def search(**body: object) -> Send:
    return lambda shop: shop.staff.post("/v1/search", body)


def ask(**body: object) -> Send:
    return lambda shop: shop.staff.post("/v1/answers", body)


def plain(method: str, path: str, **headers: str) -> Send:
    return lambda shop: shop.staff.send(method, path, headers=headers)


def letters(megabytes: int) -> Callable[[], bytes]:
    return lambda: b"a " * (megabytes * MIB // 2)


FILES = {
    "empty": (file("empty.txt", lambda: b""), 422, "unreadable-document"),
    "white space": (file("blank.txt", lambda: b" \n\t\n"), 422, "unreadable-document"),
    "60 MB": (file("big.txt", letters(60)), 413, "payload-too-large"),
    "26 MB": (file("big.txt", letters(26)), 413, "payload-too-large"),
    "26 MB as base64": (encoded(letters(26)), 413, "payload-too-large"),
    "encrypted PDF": (file("a.pdf", bad_documents.encrypted_pdf), 422, "unreadable-document"),
    "half a PDF": (file("a.pdf", bad_documents.pdf_cut_short), 422, "unreadable-document"),
    "zip bomb": (file("a.docx", bad_documents.word_bomb), 422, "unreadable-document"),
    "zip": (file("a.docx", bad_documents.zip_archive), 415, "unsupported-media-type"),
    "binary called text": (file("a.txt", bad_documents.binary), 422, "unreadable-document"),
    "bad new version": (new_version("a.txt", bad_documents.binary), 422, "unreadable-document"),
}
BODIES = {
    "broken JSON": (raw('{"text": "Open'), 422, "invalid-body"),
    "no JSON": (raw("Open on Sundays."), 422, "invalid-body"),
    "no body": (raw(""), 422, "invalid-body"),
    "a list": (raw("[]"), 422, "invalid-body"),
    "not UTF-8": (raw(b'{"text": "\xff\xfe"}'), 422, "invalid-body"),
    "half a character": (raw('{"text": "Open", "title": "\\ud800"}'), 422, "invalid-body"),
    "deep nesting": (raw('{"text": ' + "[" * 100_000), 422, "invalid-body"),
    "XML": (raw("<text/>", "application/xml"), 415, "unsupported-media-type"),
    "form without end": (
        raw(b"--x\r\nContent-Disposition: form-data", "multipart/form-data; boundary=x"),
        422,
        "invalid-body",
    ),
    "unknown field": (document(text="Open.", colour="red"), 422, "invalid-body"),
    "nothing": (document(title="Hours"), 422, "invalid-body"),
    "text and content": (document(text="Open.", content="T3Blbg=="), 422, "invalid-body"),
    "no base64": (document(content="Öffnungszeiten"), 422, "invalid-body"),
    "empty text": (document(text=""), 422, "unreadable-document"),
    "bad base id": (document(text="Open.", knowledge_base_id="../other"), 422, "invalid-body"),
    "21 tags": (document(text="Open.", tags=["a"] * 21), 422, "invalid-body"),
    "long title": (document(text="Open.", title="a" * 201), 422, "invalid-body"),
    "no question": (ask(), 422, "invalid-body"),
    "long question": (ask(question="a" * 2001), 422, "invalid-body"),
    "question of another type": (ask(question=["When?"]), 422, "invalid-body"),
    "question about nowhere": (ask(question="When?", knowledge_base_id="no"), 404, "not-found"),
    "no query": (search(), 422, "invalid-body"),
    "top_k 0": (search(query=QUERY, top_k=0), 422, "invalid-body"),
    "unknown filter": (search(query=QUERY, filters={"where": "1=1"}), 422, "invalid-body"),
}
PATHS = {
    "no such path": (plain("GET", "/v1/nothing"), 404, "not-found"),
    "no such method": (plain("PATCH", "/v1/documents"), 405, "method-not-allowed"),
    "no such document": (plain("GET", "/v1/documents/doc_nobody"), 404, "not-found"),
    "delete nobody": (plain("DELETE", "/v1/documents/doc_nobody"), 404, "not-found"),
    "retry nobody": (plain("POST", "/v1/documents/doc_nobody/retry"), 404, "not-found"),
    "text of nobody": (plain("GET", "/v1/documents/a/versions/1/text"), 404, "not-found"),
    "version x": (plain("GET", "/v1/documents/a/versions/x/text"), 404, "not-found"),
    "version 10^40": (plain("GET", f"/v1/documents/a/versions/{10**40}/text"), 404, "not-found"),
    "odd id": (plain("GET", "/v1/documents/%00%ff"), 404, "not-found"),
    "long id": (plain("GET", "/v1/documents/" + "a" * 2000), 404, "not-found"),
    "odd limit": (plain("GET", "/v1/documents?limit=all"), 422, "invalid-body"),
    "large limit": (plain("GET", "/v1/documents?limit=100000"), 422, "invalid-body"),
    "odd cursor": (plain("GET", "/v1/documents?cursor=abc"), 400, "invalid-request"),
    "unknown status": (plain("GET", "/v1/documents?status=lost"), 422, "invalid-body"),
    "long key": (
        plain("POST", "/v1/documents", **{"Idempotency-Key": "k" * 256}),
        400,
        "invalid-request",
    ),
    "internal search": (plain("POST", "/internal/search"), 404, "not-found"),
    "internal events": (plain("POST", "/events"), 404, "not-found"),
}
EVERYTHING = FILES | BODIES | PATHS
BAD_IDS = ["..", ".", "%2e%2e", "a%2fb", "..%2f..%2fetc", "__x__", "%F0%9F%A5%90"]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("wrong", EVERYTHING)
def test_what_is_wrong_is_refused_in_words_and_changes_nothing(shop: Business, wrong: str) -> None:
    send, status, slug = EVERYTHING[wrong]
    problem = refused(send(shop), status, slug)
    assert problem["title"]
    assert "Traceback" not in json.dumps(problem)


def test_an_invalid_body_names_each_wrong_field(shop: Business) -> None:
    body = {"query": "", "top_k": "many", "filters": {"tags": "red"}}
    problem = refused(shop.staff.post("/v1/search", body), 422, "invalid-body")
    assert {error["field"] for error in problem["errors"]} == {"query", "top_k", "filters.tags"}


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("bad_id", BAD_IDS)
def test_an_id_that_could_name_something_else_is_not_found(
    shop: Business, product: Product, method: str, bad_id: str
) -> None:
    """Sent as it is: clients would put such a path right before they send it."""
    address = urlsplit(product.gateway)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    key = shop.key(scopes=["read", "write"])["key"]
    for path in (f"/v1/documents/{bad_id}", f"/v1/knowledge-bases/{bad_id}"):
        connection.request(method, path, headers={"X-Api-Key": key})
        response = connection.getresponse()
        problem = json.loads(response.read())
        assert (response.status, problem["type"]) == (404, "/problems/not-found"), path
    connection.close()


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("size", [MIB // 2, 5 * MIB])
def test_an_upload_that_breaks_off_leaves_nothing(
    shop: Business, product: Product, size: int
) -> None:
    address = urlsplit(product.gateway)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    connection.putrequest("POST", "/v1/documents")
    connection.putheader("X-Api-Key", shop.key()["key"])
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(size))
    connection.endheaders(b'{"text": "' + b"a" * (size // 2))
    connection.close()
    assert len(shop.documents()) == 1


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("headers", "slug"),
    [
        ({}, "unauthenticated"),
        ({"X-Api-Key": ""}, "unauthenticated"),
        ({"X-Api-Key": "nonsense"}, "unauthenticated"),
        ({"X-Api-Key": "fd_sk_" + "0" * 26}, "unauthenticated"),
        ({"X-Api-Key": "k" * 5000}, "unauthenticated"),
        ({"Authorization": "Bearer nonsense"}, "unauthenticated"),
        ({"Authorization": "Bearer e30.e30.e30"}, "unauthenticated"),
        ({"Authorization": "Basic dXNlcjpwYXNz"}, "unauthenticated"),
    ],
)
def test_without_a_good_credential_nobody_gets_in(
    shop: Business, headers: dict[str, str], slug: str
) -> None:
    stranger = Client(shop.owner.gateway, some_address(), headers)
    refused(stranger.get("/v1/documents"), 401, slug)
    refused(stranger.post("/v1/documents", {"text": "Free beer."}), 401, slug)
    refused(stranger.post("/v1/answers", {"question": QUERY}), 401, slug)


@pytest.mark.usefixtures("unchanged")
def test_revoked_and_expired_keys_write_nothing(shop: Business) -> None:
    revoked, past = shop.key(), datetime.now(UTC) - timedelta(days=1)
    shop.owner.delete(f"/v1/api-keys/{revoked['id']}")
    expired = shop.key(expires_at=past.isoformat())
    for key, slug in ((revoked, "revoked-credentials"), (expired, "expired-credentials")):
        client = shop.client(key["key"])
        refused(client.post("/v1/documents", {"text": "Free beer."}), 401, slug)


@pytest.mark.usefixtures("unchanged")
def test_another_tenants_document_is_not_there(shop: Business, product: Product) -> None:
    other = sign_up(product.gateway)
    path = f"/v1/documents/{shop.documents()[0]['id']}"
    for rest in ("", "/versions", "/versions/1/text", "/versions/1/original"):
        refused(other.staff.get(path + rest), 404, "not-found")
    refused(other.staff.put(path, {"text": "Mine."}), 404, "not-found")
    refused(other.staff.post(f"{path}/retry"), 404, "not-found")
    refused(other.staff.delete(path), 404, "not-found")
    assert other.search(QUERY) == []


def test_a_pdf_with_a_broken_cross_reference_is_read_all_the_same(business: Business) -> None:
    data = bad_documents.pdf_with_broken_xref()
    received = business.staff.post("/v1/documents", files={"file": ("a.pdf", data)})
    document = business.ready(done(received, 201)["id"])
    assert all(page in business.text(document["id"], 1) for page in PAGES)


def test_of_a_page_with_scripts_only_what_people_read_is_kept(business: Business) -> None:
    received = business.staff.post(
        "/v1/documents", files={"file": ("offers.html", bad_documents.SCRIPTED)}
    )
    document = business.ready(done(received, 201)["id"])
    text = business.text(document["id"], 1)
    assert "Skis are half price in May." in text
    assert "zebra" not in text.lower()
    assert all("zebra" not in hit["text"].lower() for hit in business.search("zebra"))


def test_a_file_name_cannot_lead_out_of_its_place(business: Business) -> None:
    name = '../../etc/pass"wd\r\nSet-Cookie: a=b'
    received = done(business.staff.post("/v1/documents", {"text": "Open.", "filename": name}), 201)
    document = business.ready(received["id"])
    path = f"/v1/documents/{document['id']}/versions/1/original"
    original = business.staff.get(path)
    assert original.content == b"Open."
    assert "Set-Cookie" not in original.headers
    assert "../" not in original.headers["Content-Disposition"]
