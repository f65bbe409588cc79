"""Response Generation: answers from the tenant's documents, with proof, or says so (port 8012).

The model sees the found passages alone; a sentence it writes is sent once one of them proves it.
Events: `answer.started`, `answer.delta` …, `answer.completed`. A dropped stream is read on from
`/v1/answers/{id}`; a second `answer.started` tells the reader to start over.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from shared.contracts import answers as api
from shared.contracts.base import Listing, Page, now
from shared.contracts.knowledge import DocumentVersion, KnowledgeBase, SearchResult
from shared.knowledge import answers, composing
from shared.knowledge.answers import own
from shared.knowledge.documents import implied_base
from shared.knowledge.texts import TextCache
from shared.runtime import Caller, ServerEvent, Service, Store, Stream, Wants, Work, call, secret

service = Service("response-generation")
texts = TextCache()
Answered = api.AnswerView | Stream
GIVEN_UP = timedelta(seconds=20)  # a pending answer older than this has lost its maker


@service.post("/v1/answers", scope="ask", idempotent=True)
def answer(asked: api.Question, wants: Wants, caller: Caller, work: Work) -> Answered:
    """The answer to one question, whole or as it comes."""
    new = answers.opened(work.new_id("ans"), caller.subject, asked)
    return respond(new, asked.stream or wants.stream, work)


@service.get("/v1/answers/{answer_id}", scope="ask")
def read_answer(answer_id: str, wants: Wants, caller: Caller, work: Work) -> Answered:
    """An answer again; as a stream it goes on after `Last-Event-ID`."""
    found = own(work.store.get(api.Answer, answer_id), caller.subject, caller.scopes)
    while found.grounded is None and now() - found.created_at < GIVEN_UP:
        time.sleep(0.2)
        found = work.store.get(api.Answer, answer_id)
    if found.grounded is None:
        return respond(found, wants.stream, work)
    if not wants.stream:
        return answers.view(found)
    events = [ServerEvent(*event, n) for n, event in enumerate(answers.events(found), 1)]
    return Stream(events[wants.after :], location(found))


@service.post("/v1/conversations", status=201, scope="ask", idempotent=True)
def open_conversation(
    wanted: api.ConversationInput, caller: Caller, work: Work
) -> api.Conversation:
    """A conversation, to which questions are then sent as messages."""
    base_id = wanted.knowledge_base_id
    work.get(KnowledgeBase, base_id, implied_base(base_id))
    return work.create(answers.conversation(work.new_id("con"), caller.subject, wanted))


@service.get("/v1/conversations", scope="ask")
def list_conversations(page: Page, caller: Caller, store: Store) -> Listing[api.Conversation]:
    """Conversations, newest first: all of the tenant's for its staff, else the caller's own."""
    mine = [] if "read" in caller.scopes else [("subject", "==", caller.subject)]
    return store.page(api.Conversation, page, where=mine)


@service.get("/v1/conversations/{conversation_id}", scope="ask")
def read_conversation(conversation_id: str, caller: Caller, store: Store) -> api.ConversationView:
    """A conversation with its latest two hundred messages, oldest first."""
    found = own(store.get(api.Conversation, conversation_id), caller.subject, caller.scopes)
    asked = [("conversation_id", "==", conversation_id)]
    latest = store.page(api.Answer, Page(limit=200), where=asked).items
    views = [answers.view(item) for item in reversed(latest) if item.grounded]
    return api.ConversationView(**dict(found), messages=views)


@service.post("/v1/conversations/{conversation_id}/messages", scope="ask", idempotent=True)
def post_message(
    conversation_id: str, said: api.MessageInput, wants: Wants, caller: Caller, work: Work
) -> Answered:
    """The answer to the next question of a conversation."""
    talk = own(work.get(api.Conversation, conversation_id), caller.subject, caller.scopes)
    new = answers.message(work.new_id("ans"), caller.subject, said.content, talk)
    return respond(new, said.stream or wants.stream, work)


def respond(new: api.Answer, stream: bool, work: Work) -> Answered:
    """The answer whole, stored with this work; or a stream of it that stores it at its end."""
    pieces = compose(new, work)
    if stream:
        work.put(new)
        return Stream(told(new, pieces, Work(work.tenant)), location(new))
    return answers.view(keep(pieces.drain(), work))


def told(new: api.Answer, pieces: composing.Pieces, work: Work) -> Iterator[ServerEvent]:
    """The events of an answer as it is made. A reader who leaves does not stop it."""
    number = 1
    yield ServerEvent("answer.started", answers.started(new), number)
    try:
        for number, piece in enumerate(pieces, 2):
            yield ServerEvent("answer.delta", {"text": piece}, number)
    except GeneratorExit:
        keep(pieces.drain(), work)
        work.commit()
        raise
    done = keep(pieces.drain(), work)
    work.commit()
    yield ServerEvent("answer.completed", answers.completed(done), number + 1)


def compose(asked: api.Answer, work: Work) -> composing.Pieces:
    """The answer under way: what is found is checked against the documents, then written from."""
    base_id = asked.knowledge_base_id
    settings = work.store.get(KnowledgeBase, base_id, implied_base(base_id)).settings
    request = answers.search_for(asked, settings)
    found = call("similarity-search", "POST", "/internal/search", request, SearchResult).items

    def text_of(file: str) -> str:
        return texts.get((work.tenant, file), lambda: work.files.read(file))

    hits = composing.proven(found, text_of)
    key, versions = secret("openai-api-key"), partial(work.store.find_all, DocumentVersion)
    making = composing.compose(asked.question, hits, settings, key, versions, text_of)
    return composing.Pieces(making, asked)


def location(answer: api.Answer) -> str:
    """Where an answer, and the events of it, can be read again."""
    return f"/v1/answers/{answer.id}"


def keep(done: api.Answer, work: Work) -> api.Answer:
    """Stores a finished answer and tells the bus how it went."""
    view = answers.view(done)
    facts = view.model_dump(include={"conversation_id", "answered", "confidence"})
    work.publish(api.ConversationAnswered(answer_id=done.id, **facts))
    return work.put(done)


handle = service.entry_point
