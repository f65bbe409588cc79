"""Conversations keep questions and their answers together, and to those they belong to."""

from __future__ import annotations

import pytest

from tests.flows.business import Business, Json
from tests.flows.client import Client, done, refused, streamed

VISITOR_LIMIT = 30


@pytest.fixture(scope="module")
def gym(shared_business: Business) -> Business:
    shared_business.learn("The gym is open from 6 to 23 o'clock. A day pass costs 12 euros.")
    return shared_business


def opened(client: Client, **wanted: str) -> Json:
    conversation: Json = done(client.post("/v1/conversations", wanted), 201)
    return conversation


def say(client: Client, conversation: Json, content: str) -> Json:
    path = f"/v1/conversations/{conversation['id']}/messages"
    answer: Json = done(client.post(path, {"content": content}))
    return answer


def test_a_conversation_keeps_its_messages_in_order(gym: Business) -> None:
    conversation = opened(gym.staff, title="Opening hours")
    first = gym.proven(say(gym.staff, conversation, "When is the gym open?"))
    second = gym.proven(say(gym.staff, conversation, "What does a day pass cost?"))
    third = gym.proven(say(gym.staff, conversation, "Is there a heliport?"))
    assert [first["answered"], second["answered"], third["answered"]] == [True, True, False]
    read = done(gym.staff.get(f"/v1/conversations/{conversation['id']}"))
    assert read["title"] == "Opening hours"
    assert read["messages"] == [first, second, third]
    assert {message["conversation_id"] for message in read["messages"]} == {conversation["id"]}


def test_a_message_can_be_answered_as_a_stream(gym: Business) -> None:
    conversation = opened(gym.staff)
    path = f"/v1/conversations/{conversation['id']}/messages"
    body = {"content": "When is the gym open?", "stream": True}
    answer = streamed(gym.staff.post(path, body, stream=True))[-1].data
    assert gym.proven(answer)["conversation_id"] == conversation["id"]
    read = done(gym.staff.get(f"/v1/conversations/{conversation['id']}"))
    assert read["messages"] == [answer]


def test_conversations_are_listed_newest_first(business: Business) -> None:
    made = [opened(business.staff)["id"] for _ in range(3)]
    listed = business.everything("/v1/conversations", limit=2)
    assert [conversation["id"] for conversation in listed] == made[::-1]


def test_a_conversation_about_an_unknown_knowledge_base_is_not_opened(business: Business) -> None:
    wanted = {"knowledge_base_id": "kb_nobody"}
    refused(business.staff.post("/v1/conversations", wanted), 404, "not-found")
    assert business.everything("/v1/conversations") == []


def test_a_visitor_may_ask_and_nothing_else(gym: Business) -> None:
    visitor = gym.visitor("visitor-a", gym.key(kind="visitor")["key"])
    assert done(visitor.post("/v1/answers", {"question": "When is the gym open?"}))["answered"]
    assert done(visitor.get("/v1/me"))["scopes"] == ["ask"]
    document = gym.documents()[0]["id"]
    for method, path in [
        ("GET", "/v1/documents"),
        ("GET", f"/v1/documents/{document}"),
        ("GET", f"/v1/documents/{document}/versions/1/text"),
        ("DELETE", f"/v1/documents/{document}"),
        ("GET", "/v1/knowledge-bases"),
        ("GET", "/v1/api-keys"),
    ]:
        refused(visitor.send(method, path), 403, "forbidden")
    refused(visitor.post("/v1/documents", {"text": "Free."}), 403, "forbidden")
    refused(visitor.post("/v1/search", {"query": "gym"}), 403, "forbidden")
    refused(visitor.post("/v1/api-keys", {"name": "mine"}), 403, "forbidden")
    assert len(gym.documents()) == 1


def test_a_visitor_sees_only_conversations_and_answers_of_its_own(gym: Business) -> None:
    key = gym.key(kind="visitor")["key"]
    anna, ben = gym.visitor("visitor-anna", key), gym.visitor("visitor-ben", key)
    conversation = opened(anna)
    answer = say(anna, conversation, "When is the gym open?")
    path = f"/v1/conversations/{conversation['id']}"
    assert done(anna.get(path))["messages"] == [answer]
    assert [c["id"] for c in gym.everything("/v1/conversations", anna)] == [conversation["id"]]

    assert gym.everything("/v1/conversations", ben) == []
    refused(ben.get(path), 404, "not-found")
    refused(ben.post(f"{path}/messages", {"content": "And on Sundays?"}), 404, "not-found")
    refused(ben.get(f"/v1/answers/{answer['id']}"), 404, "not-found")
    assert done(gym.staff.get(path))["messages"] == [answer]


def test_a_visitor_who_asks_too_much_has_to_wait_and_others_do_not(gym: Business) -> None:
    key = gym.key(kind="visitor")["key"]
    eager, calm = gym.visitor("visitor-eager", key), gym.visitor("visitor-calm", key)
    answers = [eager.get("/v1/me") for _ in range(VISITOR_LIMIT + 10)]
    late = answers[-1]
    refused(late, 429, "rate-limited")
    assert int(late.headers["Retry-After"]) > 0
    assert done(answers[0])["kind"] == "visitor"
    refused(gym.visitor("visitor-eager", key).get("/v1/me"), 429, "rate-limited")
    assert done(calm.get("/v1/me"))["kind"] == "visitor"
