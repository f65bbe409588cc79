"""Questions, grounded answers and conversations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from shared.contracts.base import Event, Model, Record
from shared.contracts.knowledge import DEFAULT_KNOWLEDGE_BASE, Filters, ResourceId


class Question(Model):
    """`POST /v1/answers`. `stream` (or `Accept: text/event-stream`) answers by SSE."""

    question: Annotated[str, Field(min_length=1, max_length=2000)]
    knowledge_base_id: ResourceId = DEFAULT_KNOWLEDGE_BASE
    filters: Filters = Filters()
    stream: bool = False


class Citation(Model):
    """A proof: `text` is code points `start` to `end` of that version's text, letter for letter."""

    document_id: str
    external_id: str | None = None
    version: int
    page: int | None = None
    start: int
    end: int
    text: str


class Grounded(Model):
    """An answer whose every sentence is cited, or an honest "I don't know" with what is missing.

    `confidence` runs from 0 to 1. `[n]` in `answer` is the n-th citation, from 1.
    """

    answer: str
    answered: bool
    confidence: Annotated[float, Field(ge=0, le=1)]
    missing: str | None = None
    citations: list[Citation] = []


class Answer(Record):
    """A question asked and, once `grounded`, how it was answered.

    A conversation's messages are its answers. `deltas` are the pieces as they were streamed.
    """

    collection: ClassVar[str] = "answers"

    conversation_id: str | None = None
    knowledge_base_id: str
    subject: str
    question: str
    filters: Filters = Filters()
    grounded: Grounded | None = None
    deltas: list[str] = []
    created_at: datetime


class AnswerView(Grounded):
    """What `POST /v1/answers` and a conversation's messages return."""

    id: str
    conversation_id: str | None = None
    question: str
    created_at: datetime


class ConversationInput(Model):
    knowledge_base_id: ResourceId = DEFAULT_KNOWLEDGE_BASE
    title: Annotated[str, Field(max_length=200)] | None = None


class MessageInput(Model):
    content: Annotated[str, Field(min_length=1, max_length=2000)]
    stream: bool = False


class Conversation(Record):
    collection: ClassVar[str] = "conversations"

    knowledge_base_id: str
    subject: str
    title: str | None = None
    created_at: datetime


class ConversationView(Conversation):
    messages: list[AnswerView] = []


class ConversationAnswered(Event):
    type: ClassVar[str] = "knowledge.question.answered.v1"
    answer_id: str
    conversation_id: str | None = None
    answered: bool
    confidence: float
