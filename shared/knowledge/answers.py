"""Answers as records, as views, and as the pieces they are made of."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from shared.contracts.answers import (
    Answer,
    AnswerView,
    Conversation,
    ConversationInput,
    Question,
)
from shared.contracts.base import now
from shared.contracts.identity import Scope
from shared.contracts.knowledge import (
    KnowledgeBaseSettings,
    SearchRequest,
)
from shared.contracts.problems import Problem

Owned = TypeVar("Owned", Answer, Conversation)


def opened(answer_id: str, subject: str, asked: Question) -> Answer:
    """A question just asked."""
    return Answer(
        id=answer_id,
        knowledge_base_id=asked.knowledge_base_id,
        subject=subject,
        question=asked.question,
        filters=asked.filters,
        created_at=now(),
    )


def message(answer_id: str, subject: str, text: str, conversation: Conversation) -> Answer:
    """The next question of a conversation."""
    asked = Question(question=text, knowledge_base_id=conversation.knowledge_base_id)
    new = opened(answer_id, subject, asked)
    return new.model_copy(update={"conversation_id": conversation.id})


def conversation(new_id: str, subject: str, wanted: ConversationInput) -> Conversation:
    return Conversation(id=new_id, subject=subject, created_at=now(), **dict(wanted))


def view(answer: Answer) -> AnswerView:
    """A finished answer as its asker sees it."""
    facts = answer.model_dump(include={"id", "conversation_id", "question", "created_at"})
    grounded = answer.grounded
    if grounded is None:
        raise ValueError(f"{answer.id} is not finished")
    return AnswerView(**facts, **dict(grounded))


def started(answer: Answer) -> dict[str, object]:
    """What `answer.started` says."""
    return answer.model_dump(include={"id", "conversation_id", "question"})


def completed(answer: Answer) -> dict[str, object]:
    """What `answer.completed` says: all that the answer unstreamed would."""
    return view(answer).model_dump(mode="json")


def events(answer: Answer) -> list[tuple[str, dict[str, object]]]:
    """The events of a finished answer, in the order and number they were first sent."""
    deltas: list[tuple[str, dict[str, object]]] = [
        ("answer.delta", {"text": piece}) for piece in answer.deltas
    ]
    return [
        ("answer.started", started(answer)),
        *deltas,
        ("answer.completed", completed(answer)),
    ]


def own(record: Owned, subject: str, scopes: Collection[Scope]) -> Owned:
    """The record, if it is the caller's own or the caller may read everything. Raises 404."""
    if "read" not in scopes and record.subject != subject:
        raise Problem("not-found", "There is no such conversation or answer.")
    return record


def search_for(asked: Answer, settings: KnowledgeBaseSettings) -> SearchRequest:
    return SearchRequest(
        query=asked.question,
        top_k=settings.top_k,
        knowledge_base_id=asked.knowledge_base_id,
        filters=asked.filters,
        threshold=settings.threshold,
    )
