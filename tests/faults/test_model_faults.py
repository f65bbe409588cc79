"""The model's server fails; documents wait for it, questions are refused in words."""

from __future__ import annotations

import pytest

from tests.faults.library import Library
from tests.faults.model import CHAT, EMBEDDINGS, Model
from tests.flows.client import done, refused, streamed
from tests.flows.running_product import eventually

QUESTION = "Which code opens room 1-7?"


@pytest.mark.parametrize("status", [429, 500])
def test_documents_wait_until_the_model_embeds_again(
    model: Model, library: Library, status: int
) -> None:
    model.fail(EMBEDDINGS, status, times=7, headers={"retry-after-ms": "10"})
    library.is_whole(library.upload_all(range(3)))


def test_a_refused_document_fails_with_the_reason_and_can_be_retried(
    model: Model, library: Library
) -> None:
    model.fail(EMBEDDINGS, 429, code="insufficient_quota")
    document = library.business.settled(library.upload(0)["id"])
    assert document["status"] == "failed"
    assert document["failure"]["code"] == "embedding-refused"
    assert "quota" in document["failure"]["reason"]
    assert [stage["state"] for stage in document["stages"]][2:] == ["failed", "pending"]
    assert library.stored() == {}

    model.recover()
    done(library.business.staff.post(f"/v1/documents/{document['id']}/retry"), 202)
    library.is_whole([document])


@pytest.mark.parametrize("status", [429, 500])
def test_a_question_is_refused_in_words_while_the_model_fails(
    model: Model, library: Library, status: int
) -> None:
    library.is_whole(library.upload_all([1]))
    model.fail(CHAT, status, headers={"retry-after-ms": "10"})
    staff, body = library.business.staff, {"question": QUESTION}
    response = staff.post("/v1/answers", body, headers={"Idempotency-Key": "question"})
    refused(response, 503, "unavailable")
    assert int(response.headers["Retry-After"]) > 0
    [*_, last] = streamed(staff.post("/v1/answers", {**body, "stream": True}, stream=True))
    assert (last.name, last.data["type"]) == ("problem", "/problems/unavailable")
    assert last.data["request_id"]

    model.recover()
    again = staff.post("/v1/answers", body, headers={"Idempotency-Key": "question"})
    assert library.business.proven(done(again))["answered"]


def test_a_search_is_refused_in_words_while_nothing_can_be_embedded(
    model: Model, library: Library
) -> None:
    library.is_whole(library.upload_all([1]))
    model.fail(EMBEDDINGS, 500, headers={"retry-after-ms": "10"})
    body = {"query": "a query that nobody has asked before"}
    refused(library.business.staff.post("/v1/search", body), 503, "unavailable")
    model.recover()
    eventually(lambda: library.business.staff.post("/v1/search", body).status_code == 200)


def test_an_answer_whose_model_breaks_off_is_never_half_an_answer(
    model: Model, library: Library
) -> None:
    library.is_whole(library.upload_all([1]))
    model.cut(CHAT, after=2)
    body = {"question": QUESTION, "stream": True}
    found = streamed(library.business.staff.post("/v1/answers", body, stream=True))
    assert found[-1].name in ("problem", "answer.completed")
    if found[-1].name == "answer.completed":
        library.business.proven(found[-1].data)
