"""A grounded answer in the making: each claim is proven in a source and cited, or left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from shared.contracts.answers import Citation, Grounded
from shared.contracts.knowledge import SearchHit
from shared.knowledge.grounding.claims import Claim
from shared.knowledge.grounding.coverage import covered, nothing_about, subject, uncovered
from shared.knowledge.grounding.folding import fold
from shared.knowledge.grounding.sentences import sentence_spans
from shared.knowledge.grounding.support import Source, Support

CERTAIN_SCORE = 0.8  # of cosine + 0.02 · BM25: as near as a question and its answer usually are
RELEVANCE_WEIGHT = 0.6

_OWN_LINE = re.compile(r"(?:[-*+•|>]|\d{1,3}[.)])\s")


class Grounding:
    """Takes a model's claims about a question one by one and keeps those the sources prove.

    Source n of a claim is the n-th hit, as in the prompt; a claim without a source is looked up
    in all of them.
    """

    def __init__(self, question: str, hits: Sequence[SearchHit], refusal: str) -> None:
        self._question = question
        self._refusal = refusal
        self._hits = list(hits)
        self._sources = [Source(hit.text) for hit in hits]
        self._refusals = {fold(refusal[a:b]).text for a, b in sentence_spans(refusal)}
        self._refused = False
        self._pieces = list[str]()
        self._said = set[str]()
        self._citations = list[Citation]()
        self._cited = dict[int, SearchHit]()
        self._claims = 0
        self._support = 0.0

    def add(self, claim: Claim) -> str | None:
        """What the claim adds to the answer: its sentence with citations, or None if unproven.

        The pieces follow one another as they are: joined, they are the answer. After a model has
        opened with the refusal nothing more is taken from it.
        """
        said = fold(claim.sentence).text
        if said in self._refusals and not self._pieces:
            self._refused = True
        if self._refused or said in self._said:
            return None
        self._claims += 1
        proofs = self._proofs(claim)
        if not proofs:
            return None
        self._said.add(said)
        self._support += max(support.overlap for _, support in proofs)
        numbers = dict.fromkeys(self._cite(number, support) for number, support in proofs)
        piece = f"{_presented(claim.sentence)} {''.join(f'[{number}]' for number in numbers)}"
        if self._pieces:
            piece = ("\n" if _OWN_LINE.match(claim.sentence) else " ") + piece
        self._pieces.append(piece)
        return piece

    def finish(self) -> Grounded:
        """The answer with its citations, or the refusal and what the documents lack."""
        if not self._pieces:
            missing = nothing_about([subject(self._question)])
            return Grounded(answer=self._refusal, answered=False, confidence=0, missing=missing)
        lacking = uncovered(self._question, self._texts(self._hits))
        return Grounded(
            answer="".join(self._pieces),
            answered=True,
            confidence=round(self._confidence(), 3),
            missing=nothing_about(lacking) if lacking else None,
            citations=self._citations,
        )

    def _proofs(self, claim: Claim) -> list[tuple[int, Support]]:
        """The places that prove a claim, in its own sources' order; one if it named none."""
        every = range(1, len(self._sources) + 1)
        named = [number for number in claim.sources if number in every]
        looked_in = named if claim.sources else every
        found = ((n, self._sources[n - 1].support(claim.sentence)) for n in looked_in)
        proofs = [(number, support) for number, support in found if support]
        return proofs if named else proofs[:1]

    def _cite(self, number: int, support: Support) -> int:
        """The citation's number in the answer, counted from 1; the same place has the same."""
        hit = self._hits[number - 1]
        self._cited[number] = hit
        citation = Citation(
            document_id=hit.document_id,
            external_id=hit.external_id,
            version=hit.version,
            page=hit.page,
            start=hit.start + support.start,
            end=hit.start + support.end,
            text=hit.text[support.start : support.end],
        )
        if citation not in self._citations:
            self._citations.append(citation)
        return self._citations.index(citation) + 1

    def _confidence(self) -> float:
        """support · (0.6 · relevance + 0.4 · coverage), each from 0 to 1.

        Support is the mean over all claims of how much of each is in its source (0 if unproven),
        relevance the best score of a cited hit against 0.8, coverage the share of the question's
        content words in the cited hits.
        """
        cited = self._cited.values()
        relevance = max(0.0, min(1.0, max(hit.score for hit in cited) / CERTAIN_SCORE))
        coverage = covered(self._question, self._texts(cited))
        weighed = RELEVANCE_WEIGHT * relevance + (1 - RELEVANCE_WEIGHT) * coverage
        return self._support / self._claims * weighed

    @staticmethod
    def _texts(hits: Iterable[SearchHit]) -> list[str]:
        return [f"{hit.title} {hit.heading} {hit.text}" for hit in hits]


def _presented(sentence: str) -> str:
    """A sentence as it is read: on one line, a table's row without its frame."""
    line = " ".join(sentence.split())
    if line.startswith("|") and line.endswith("|"):
        line = " · ".join(cell.strip() for cell in line.strip("|").split("|") if cell.strip())
    return line


def check(citation: Citation, document_text: str) -> bool:
    """Whether the document's text holds the citation letter for letter where it says."""
    return document_text[citation.start : citation.end] == citation.text
