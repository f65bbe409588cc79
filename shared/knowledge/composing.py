"""Composing an answer: from what is found, through a model's words, to proven pieces."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

from shared.contracts.answers import Answer, Citation, Grounded
from shared.contracts.knowledge import (
    DocumentVersion,
    KnowledgeBaseSettings,
    SearchHit,
    text_file,
)
from shared.contracts.problems import Problem
from shared.knowledge import chat
from shared.knowledge.chunking import page_at
from shared.knowledge.documents import version_id
from shared.knowledge.grounding.answering import Grounding, check
from shared.knowledge.grounding.claims import Claim, ClaimReader
from shared.knowledge.grounding.prompt import messages

Versions = Callable[[set[str]], Iterable[DocumentVersion]]
TextOf = Callable[[str], str]


def proven(hits: Iterable[SearchHit], text_of: TextOf) -> list[SearchHit]:
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
    text_of: TextOf,
) -> Generator[str, None, Grounded]:
    """Has the model write from the hits, yields each proven piece and returns the whole.

    Every citation is held against its document's text once more before it leaves.
    """
    grounding = Grounding(question, hits, settings.refusal)
    if hits:
        prompt = messages(question, hits, settings.refusal)
        for claim in claims(chat.stream(api_key, settings.model, prompt)):
            if piece := grounding.add(claim):
                yield piece
    done = grounding.finish()
    for citation in done.citations:
        if not check(citation, text_of(text_file(citation.document_id, citation.version))):
            raise RuntimeError(f"a citation of {citation.document_id} is not in its text")
    return paged(done, versions)


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
