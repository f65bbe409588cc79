"""Answers as records, as views, and as the pieces they are made of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from typing import TypeVar

from shared.contracts.answers import (
    Answer,
    AnswerView,
    Citation,
    Conversation,
    ConversationInput,
    Grounded,
    Question,
)
from shared.contracts.base import now
from shared.contracts.identity import Scope
from shared.contracts.knowledge import (
    DocumentVersion,
    KnowledgeBaseSettings,
    SearchHit,
    SearchRequest,
    text_file,
)
from shared.contracts.problems import Problem
from shared.knowledge import chat
from shared.knowledge.chunking import page_at
from shared.knowledge.documents import version_id
from shared.knowledge.grounding.answering import Grounding
from shared.knowledge.grounding.claims import Claim, ClaimReader
from shared.knowledge.grounding.prompt import messages

Versions = Callable[[set[str]], Iterable[DocumentVersion]]
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


def proven(hits: Iterable[SearchHit], text_of: Callable[[str], str]) -> list[SearchHit]:
    """The hits whose text stands letter for letter at their span of the document's text.

    Every citation is a slice of a hit, so what passes here cannot be cited wrongly; a hit of a
    document deleted meanwhile does not pass. `text_of` reads a file, or raises 404.
    """
    passed = []
    for hit in hits:
        try:
            text = text_of(text_file(hit.document_id, hit.version))
        except Problem as gone:
            if gone.slug != "not-found":
                raise
            continue
        if text[hit.start : hit.end] == hit.text:
            passed.append(hit)
    return passed


def compose(
    question: str,
    hits: Sequence[SearchHit],
    settings: KnowledgeBaseSettings,
    api_key: str,
    versions: Versions,
) -> Generator[str, None, Grounded]:
    """Has the model write from the hits, yields each proven piece and returns the whole."""
    grounding = Grounding(question, hits, settings.refusal)
    if hits:
        prompt = messages(question, hits, settings.refusal)
        for claim in claims(chat.stream(api_key, settings.model, prompt)):
            if piece := grounding.add(claim):
                yield piece
    return paged(grounding.finish(), versions)


def paged(grounded: Grounded, versions: Versions) -> Grounded:
    """The answer with each citation on the page where it begins itself.

    It came with the page where its chunk begins, and a chunk may run on to the next.
    """
    names = {version_id(one.document_id, one.version) for one in grounded.citations if one.page}
    starts = {version.id: version.page_starts for version in versions(names)} if names else {}

    def placed(one: Citation) -> Citation:
        page = page_at(starts.get(version_id(one.document_id, one.version), []), one.start)
        return one.model_copy(update={"page": page or one.page})

    cited = [placed(one) for one in grounded.citations]
    return grounded.model_copy(update={"citations": cited})


def claims(pieces: Iterable[str]) -> Iterator[Claim]:
    """The claims of a model's text as soon as each is complete."""
    reader = ClaimReader()
    for piece in pieces:
        yield from reader.feed(piece)
    yield from reader.finish()


class Pieces(Iterator[str]):
    """The proven pieces of an answer under way; `drain` has it finished without a reader."""

    def __init__(self, making: Generator[str, None, Grounded], answer: Answer) -> None:
        self._making = making
        self._answer = answer
        self._deltas: list[str] = []
        self._grounded: Grounded | None = None

    def __next__(self) -> str:
        try:
            piece = next(self._making)
        except StopIteration as end:
            self._grounded = self._grounded or end.value
            raise
        self._deltas.append(piece)
        return piece

    def drain(self) -> Answer:
        """The finished answer, whoever read its pieces. Raises what making it raised."""
        for _ in self:
            continue
        if self._grounded is None:
            raise RuntimeError(f"{self._answer.id} was not finished")
        found = {"grounded": self._grounded, "deltas": self._deltas}
        return self._answer.model_copy(update=found)
