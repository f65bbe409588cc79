"""Where a source says what a sentence says: the proof behind a citation, found without a model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from shared.knowledge.grounding.facts import Fact, facts
from shared.knowledge.grounding.figures import attached
from shared.knowledge.grounding.folding import Folded, fold
from shared.knowledge.grounding.polarity import agree
from shared.knowledge.grounding.sentences import Span, sentence_spans
from shared.knowledge.index.terms import query_terms, stem, words

LEAST_OVERLAP = 0.6  # of a sentence's content words, to be looked for in other words
_NEARLY = 0.1
_LONGEST_WINDOW = 3
_NO_STATEMENT = re.compile(r"^#|[?？][*_\"'”’)]*$")
_PARTS = re.compile(r"[,;]\s|\s[-–]\s|—|\b(?:and|but|or)\b", re.IGNORECASE)
_MARKER = re.compile(r"^\s*(?:[-*+•>]|\d{1,3}[.)])\s+")
_NAME = re.compile(r"(?<=[\w,;] )[^\W\d_a-z][^\W_]+|\b[A-Z]{2,}\b")
_QUOTED = re.compile(r"[\"“«]([^\"“”«»]+)[\"”»]")


@dataclass(frozen=True)
class Support:
    """The span of the source that says it, and how much of the sentence's words it holds."""

    start: int
    end: int
    overlap: float


class Source:
    """A text that sentences are looked up in; what the look-ups need is made once."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def folded(self) -> Folded:
        return fold(self.text)

    @cached_property
    def facts(self) -> list[Fact]:
        return facts(self.folded)

    @cached_property
    def sentences(self) -> list[Span]:
        return sentence_spans(self.text)

    @cached_property
    def terms(self) -> list[frozenset[str]]:
        """The content words of each sentence; headings and questions state nothing and have none.

        A table row's include those of its header.
        """
        found = list[frozenset[str]]()
        for number in range(len(self.sentences)):
            header = self.header(number)
            text = self._text(number) + ("" if header is None else f" {self._text(header)}")
            states = not _NO_STATEMENT.search(self._text(number))
            found.append(frozenset(query_terms(text) if states else ()))
        return found

    def header(self, number: int) -> int | None:
        """The first row of the table that a sentence is a row of."""
        first = number
        while first >= 0 and self._is_row(first):
            first -= 1
        return first + 1 if first + 1 < number else None

    def support(self, sentence: str) -> Support | None:
        """The smallest part of the source that proves a sentence, or None.

        First the sentence itself, whatever its spacing, quotes and emphasis; else the one to three
        sentences of the source that share most of its content words. Either way every fact and
        name of the sentence must stand in that part, and what it denies must be denied there.
        """
        claim = _Sentence(sentence)
        if not any(term.isalpha() for term in claim.terms):
            return None
        for start, end, overlap in (*self._verbatim(claim), *self._windows(claim)):
            if self._proves(claim, start, end):
                return Support(start, end, overlap)
        return None

    def _verbatim(self, claim: _Sentence) -> Iterator[tuple[int, int, float]]:
        for needle in claim.needles:
            found = self.folded.find(needle)
            if found:
                yield (*found, 1.0)

    def _windows(self, claim: _Sentence) -> Iterator[tuple[int, int, float]]:
        """Runs of sentences that hold the most of the claim's words, the shortest first.

        A sentence that holds the words but contradicts the claim is not helped by its neighbours:
        runs with a needless sentence, and those that hold clearly less than the best, are no proof.
        """
        overlaps = {
            (first, length): self._overlap(claim, first, length)
            for length in range(1, _LONGEST_WINDOW + 1)
            for first in range(len(self.sentences) - length + 1)
        }
        enough = max(LEAST_OVERLAP, max(overlaps.values(), default=0) - _NEARLY)
        for (first, length), overlap in overlaps.items():
            shorter = [overlaps.get((at, length - 1), 0) for at in (first, first + 1)]
            gained = overlap - max(shorter)
            if overlap >= enough and (length == 1 or gained > _NEARLY):
                yield self.sentences[first][0], self.sentences[first + length - 1][1], overlap

    def _overlap(self, claim: _Sentence, first: int, length: int) -> float:
        """The share of the claim's content words in a run of sentences; at least two count.

        A table row speaks for itself alone.
        """
        if length > 1 and any(self._is_row(number) for number in range(first, first + length)):
            return 0
        shared = claim.terms & frozenset[str]().union(*self.terms[first : first + length])
        return len(shared) / len(claim.terms) if len(shared) > 1 else 0

    def _proves(self, claim: _Sentence, start: int, end: int) -> bool:
        touched = [
            number
            for number, (first, last) in enumerate(self.sentences)
            if first < end and last > start
        ]
        if any(_NO_STATEMENT.search(self._text(number)) for number in touched):
            return False
        headers = {row for row in map(self.header, touched) if row is not None}
        spans = [(start, end), *(self.sentences[row] for row in headers)]
        if not claim.stands_in(" ".join(self.text[first:last] for first, last in spans)):
            return False
        if not claim.facts <= Counter(f.value for s in spans for f in self.facts if _within(f, s)):
            return False
        around = "\n".join(" ".join(self._text(number).split()) for number in touched)
        if fold(around).text in claim.needles:
            return True
        if len(touched) > 1 and claim.facts and not self._proves_parts(claim, start, end):
            return False
        return agree(claim.text, around) and (bool(headers) or attached(claim.text, around))

    def _proves_parts(self, claim: _Sentence, start: int, end: int) -> bool:
        """Whether a claim drawn from several sentences has each of its parts in one of them."""
        parts = [part for part in _PARTS.split(claim.text) if query_terms(part)]
        proofs = [self.support(part) for part in parts] if len(parts) > 1 else [None]
        return all(proof and start <= proof.start and proof.end <= end for proof in proofs)

    def _is_row(self, number: int) -> bool:
        return self._text(number).startswith("|")

    def _text(self, number: int) -> str:
        start, end = self.sentences[number]
        return self.text[start:end]


class _Sentence:
    """What of a sentence must be found."""

    def __init__(self, text: str) -> None:
        bare = _MARKER.sub("", text)
        folded = fold(bare)
        self.text = bare
        self.needles = tuple(
            dict.fromkeys((fold(text).text, folded.text, folded.text.rstrip(".!?… ")))
        )
        self.terms = frozenset(query_terms(bare))
        self.facts = Counter(fact.value for fact in facts(folded))
        self.names = frozenset(stem(word) for name in _NAME.findall(bare) for word in words(name))
        self.quotes = tuple(fold(quote).text for quote in _QUOTED.findall(bare))

    def stands_in(self, shown: str) -> bool:
        """Whether its names and what it quotes are in a text."""
        folded = fold(shown).text
        held = {stem(word) for word in words(shown)}
        return self.names <= held and all(quote in folded for quote in self.quotes)


def locate(sentence: str, source_text: str) -> Span | None:
    """The (start, end) in the source that supports a sentence, or None if nothing there does."""
    found = Source(source_text).support(sentence)
    return (found.start, found.end) if found else None


def _within(fact: Fact, span: Span) -> bool:
    return span[0] <= fact.start and fact.end <= span[1]
