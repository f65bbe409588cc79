"""The route table: exact, and never ambiguous."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.gateway import routes
from shared.gateway.refusals import Refusal

MANIFEST = """
services:
  api-gateway: {calls: [users]}
  documents:
    routes:
      - GET /v1/documents
      - GET /v1/documents/{document_id}
      - GET /v1/documents/latest
      - GET /v1/documents/{document_id}/versions/{version}/text
    calls: [search]
    instance: {timeout: 120}
  writer:
    routes: ["PUT /v1/documents/{id}", "GET /v1/{kind}/latest/text"]
  search: {calls: [vectors, documents]}
  vectors: {}
  users:
    routes: [POST /v1/login, "GET /.well-known/jwks.json"]
    anonymous: ["GET /.well-known/jwks.json"]
"""


@pytest.fixture(scope="module")
def router(tmp_path_factory: pytest.TempPathFactory) -> routes.Router:
    manifest = tmp_path_factory.mktemp("manifest") / "services.yaml"
    manifest.write_text(MANIFEST)
    return routes.load(manifest, own_paths=["/healthz"])


@pytest.mark.parametrize(
    ("method", "path", "service"),
    [
        ("GET", "/v1/documents", "documents"),
        ("GET", "/v1/documents/doc_1", "documents"),
        ("PUT", "/v1/documents/doc_1", "writer"),
        ("GET", "/v1/documents/doc 1/versions/2/text", "documents"),
        ("GET", "/v1/faqs/latest/text", "writer"),
        ("HEAD", "/v1/documents", "documents"),
        ("GET", "/healthz", "api-gateway"),
    ],
)
def test_a_path_has_its_service(router, method, path, service) -> None:
    assert router.find(method, path).service == service


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/documents/", "/v1/documents/a/versions/1"])
def test_other_paths_have_none(router, path) -> None:
    with pytest.raises(Refusal) as refused:
        router.find("GET", path)
    assert refused.value.status == 404


def test_services_share_a_path_by_method(router) -> None:
    assert router.methods("/v1/documents/doc_1") == ["GET", "HEAD", "OPTIONS", "PUT"]
    with pytest.raises(Refusal) as refused:
        router.find("POST", "/v1/documents/doc_1")
    assert refused.value.headers == {"Allow": "GET, HEAD, OPTIONS, PUT"}


def test_a_literal_segment_wins_over_a_parameter(router) -> None:
    assert router.methods("/v1/documents/latest") == ["GET", "HEAD", "OPTIONS"]


def test_a_route_knows_its_reach_its_time_and_who_may_come(router) -> None:
    documents = router.find("GET", "/v1/documents")
    assert documents.audience == ("documents", "search", "vectors")
    assert (documents.timeout, documents.anonymous) == (120, False)
    assert router.find("GET", "/.well-known/jwks.json").anonymous
    assert not router.find("POST", "/v1/login").anonymous


@given(st.text(max_size=40))
def test_a_parameter_never_spans_a_slash_or_is_a_dot_segment(router, text) -> None:
    try:
        found = router.find("PUT", f"/v1/documents/{text}").service == "writer"
    except Refusal:
        found = False
    assert found == ("/" not in text and text not in ("", ".", "..", "latest"))
