"""The extractive engine: answers by quoting the sources, refuses when they do not hold the answer.

A quote's score is the mean of its cosine alone and under its heading (a table row under its
columns) + 0.05 · BM25 over this prompt's quotes + 0.3 · its source's cosine. It refuses where
max(cosine of a quote, in its place too, or of a source) + 0.3 · the best source's coverage of the
question's terms is below 0.70. On 114 questions about a clinic and about a company's policies it
quotes the answer for 64 of 76 and refuses 35 of 38 that have none; the weights were chosen there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emulators.openai.lexical import bm25, coverage, terms
from emulators.openai.passages import Quote, quotes
from emulators.openai.prompt import Prompt, Source
from emulators.openai.vectors import Vectors

ANSWERABLE = 0.70
COVERAGE_WEIGHT = 0.3
BM25_WEIGHT = 0.05
SOURCE_WEIGHT = 0.3
SECOND_QUOTE = 0.1  # below the best score by more: one quote is the answer
SAME_STATEMENT = 0.9  # cosine above which a second quote only repeats the first


@dataclass(frozen=True)
class Candidate:
    """A quote, the number of its source and that source's place in the prompt, from 0."""

    quote: Quote
    number: int
    rank: int


class Engine:
    """Grounded answers from the vectors of sentences."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    def answer(self, prompt: Prompt) -> str:
        """One or two quotes, each followed by ` [n]`, or the prompt's refusal."""
        asked = set(terms(prompt.question))
        candidates = _candidates(prompt.sources, asked)
        if not candidates or self._evidence(prompt, asked, candidates) < ANSWERABLE:
            return prompt.refusal
        return " ".join(f"{c.quote.text} [{c.number}]" for c in self._best(prompt, candidates))

    def _evidence(self, prompt: Prompt, asked: set[str], candidates: Sequence[Candidate]) -> float:
        """How likely the sources hold the answer: nearness in meaning plus shared words."""
        texts = [candidate.quote.text for candidate in candidates]
        near = [*texts, *(c.quote.in_place for c in candidates), *(s.text for s in prompt.sources)]
        nearest = max(self._cosines(prompt.question, near))
        covered = max(coverage(asked, source.text) for source in prompt.sources)
        return float(nearest) + COVERAGE_WEIGHT * covered

    def _best(self, prompt: Prompt, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The best candidate and, if it comes close and says something else, the next."""
        scores = self._scores(prompt, candidates)
        order = np.argsort(-scores, kind="stable")
        first = candidates[order[0]]
        for place in order[1:]:
            if scores[place] < scores[order[0]] - SECOND_QUOTE:
                break
            second = candidates[place]
            if self._vectors.similarity(first.quote.text, second.quote.text) < SAME_STATEMENT:
                return [first, second]
        return [first]

    def _scores(self, prompt: Prompt, candidates: Sequence[Candidate]) -> NDArray[np.float64]:
        asked = prompt.question
        alone = [candidate.quote.text for candidate in candidates]
        placed = [candidate.quote.in_place for candidate in candidates]
        sources = self._cosines(asked, [source.text for source in prompt.sources])
        cosines = (self._cosines(asked, alone) + self._cosines(asked, placed)) / 2
        lexical = (bm25(alone, asked) + bm25(placed, asked)) / 2
        near = sources[[candidate.rank for candidate in candidates]]
        return cosines + BM25_WEIGHT * lexical + SOURCE_WEIGHT * near

    def _cosines(self, question: str, texts: Sequence[str]) -> NDArray[np.float64]:
        similarity = self._vectors.similarity
        return np.array([similarity(question, text) if text else 0.0 for text in texts])


def _candidates(sources: Sequence[Source], asked: set[str]) -> list[Candidate]:
    """What can be quoted and says something about what was `asked`."""
    return [
        Candidate(quote, source.number, rank)
        for rank, source in enumerate(sources)
        for quote in quotes(source.text)
        if _says_something(quote.text, asked)
    ]


def _says_something(text: str, asked: set[str]) -> bool:
    """Whether `text` is a sentence or at least adds a word to the question ("France" does not)."""
    return text.endswith((".", "!")) or bool(set(terms(text)) - asked)
