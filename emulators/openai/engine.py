"""The extractive engine: answers by quoting the sources, refuses when they do not hold the answer.

A quote's score is z(cosine) + z(BM25 over this prompt's quotes) - 0.1 a source's rank; a quote that
stands under a question (an FAQ) counts half for itself and half for that question. It refuses
where max(cosine of a quote, its question or its source) + 0.3 * coverage of the question's terms is
below 0.65: on StackFAQ that answers 92 to 98 % of what the sources hold and refuses 44 to 47 % of
questions whose source was taken away but whose next of kin stayed.
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

ANSWERABLE = 0.65
COVERAGE_WEIGHT = 0.3
QUESTION_WEIGHT = 0.5
RANK_PENALTY = 0.1
SECOND_QUOTE = 0.75  # of the best score; below it one quote is the answer
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
        near = [*texts, *(c.quote.question for c in candidates), *(s.text for s in prompt.sources)]
        nearest = max(self._cosines(prompt.question, near))
        return float(nearest) + COVERAGE_WEIGHT * max(coverage(asked, text) for text in texts)

    def _best(self, prompt: Prompt, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The best candidate and, if it comes close and says something else, the next."""
        scores = self._scores(prompt.question, candidates)
        order = np.argsort(-scores, kind="stable")
        first = candidates[order[0]]
        for place in order[1:]:
            if scores[place] < SECOND_QUOTE * scores[order[0]]:
                break
            second = candidates[place]
            if self._vectors.similarity(first.quote.text, second.quote.text) < SAME_STATEMENT:
                return [first, second]
        return [first]

    def _scores(self, question: str, candidates: Sequence[Candidate]) -> NDArray[np.float64]:
        alone = [candidate.quote.text for candidate in candidates]
        asked = [candidate.quote.question for candidate in candidates]
        weight = np.array([QUESTION_WEIGHT if title else 0.0 for title in asked])
        together = [f"{title} {text}".strip() for title, text in zip(asked, alone, strict=True)]
        cosines = (1 - weight) * self._cosines(question, alone)
        cosines += weight * self._cosines(question, asked)
        lexical = (1 - QUESTION_WEIGHT) * bm25(alone, question)
        lexical += QUESTION_WEIGHT * bm25(together, question)
        ranks = np.array([candidate.rank for candidate in candidates])
        return _standardised(cosines) + _standardised(lexical) - RANK_PENALTY * ranks

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


def _standardised(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """z-scores: mean 0, standard deviation 1."""
    return np.asarray((scores - scores.mean()) / (scores.std() + 1e-9), dtype=np.float64)
