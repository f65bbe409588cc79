"""Whether a sentence and its source say yes or no to the same thing, clause by clause."""

from __future__ import annotations

import re

from shared.knowledge.index.terms import query_terms, words

_CLAUSE = re.compile(r"[,;:]\s|\s[-–]\s|—|\n|\b(?:but|however|although)\b", re.IGNORECASE)
_APOSTROPHE = re.compile(r"n['’]t\b", re.IGNORECASE)
_NO = """
    no not none never nor neither nothing nobody nowhere cannot without unable
    nunca sin ningún ninguna jamás tampoco
    nicht kein keine keinen keinem keiner nie niemals ohne
    pas jamais sans aucun aucune non nessuno senza mai nao não nunca
"""
NEGATIONS = frozenset(_NO.split())
RESTRICTIONS = frozenset({"only", "unless", "except", "excluding", "solely"})


def agree(claim: str, source: str) -> bool:
    """Whether each clause of the claim is negated just when its like in the source is.

    The like of a clause is the one that shares most content words; where several share as many,
    all must agree. What the source restricts ("only", "unless"), the claim must restrict.
    """
    likes = [(set(query_terms(clause)), negated(clause)) for clause in clauses(source)]
    for clause in clauses(claim):
        content = set(query_terms(clause))
        most = max((len(content & terms) for terms, _ in likes), default=0)
        same = {no for terms, no in likes if len(content & terms) == most}
        if most and same != {negated(clause)}:
            return False
    return RESTRICTIONS.intersection(words(source)) <= set(words(claim))


def clauses(text: str) -> list[str]:
    """The parts of a sentence that commas, dashes and "but" set off."""
    return [clause for clause in _CLAUSE.split(text) if clause.strip()]


def negated(clause: str) -> bool:
    """Whether a clause says no; two negations say yes."""
    spelled = _APOSTROPHE.sub(" not", clause)
    return sum(word in NEGATIONS for word in words(spelled)) % 2 == 1
