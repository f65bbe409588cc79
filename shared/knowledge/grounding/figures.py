"""Whether the numbers of a sentence stand by the same things in its source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from shared.knowledge.grounding.facts import facts
from shared.knowledge.grounding.folding import fold
from shared.knowledge.index.terms import STOP_WORDS, stem

_PIECE = re.compile(r"(?P<word>[^\W\d_]+)|(?P<break>[,;:|]\s|[.!?]\s|\n)")


class _Token(NamedTuple):
    """A number, a content word (no unit) or, with an empty value, the end of a clause."""

    value: str
    number: bool = False


def attached(claim: str, source: str) -> bool:
    """Whether no number of the claim was taken from something else in the source.

    A number belongs to the content word before it. In the source it may stand apart from that word
    unless another number and another word come between: of "Basic is $10, Pro is $20", "Basic is
    $20" is refused. If it stands before the word there, no clause may end between.
    """
    said, shown = _tokens(claim), _tokens(source)
    present = {token for token in shown if token.value and not token.number}
    for at, token in enumerate(said):
        word = next((before for before in reversed(said[:at]) if before in present), None)
        if token.number and word:
            between = _until(word, said[at - 1 :: -1]) or ()
            if not _stands(token, word, shown, set(between)):
                return False
    return True


def _stands(number: _Token, word: _Token, shown: Sequence[_Token], known: set[_Token]) -> bool:
    places = [at for at, token in enumerate(shown) if token == number]
    before = [_until(word, shown[at - 1 :: -1]) for at in places if at]
    apart = [between for between in before if between is not None]
    if apart:
        return any(_uncontested(between, known) for between in apart)
    after = [_until(word, shown[at + 1 :]) for at in places]
    return any(between is not None and all(t.value for t in between) for between in after)


def _until(word: _Token, tokens: Sequence[_Token]) -> Sequence[_Token] | None:
    """The tokens that come before the word, or None if it does not come."""
    return tokens[: tokens.index(word)] if word in tokens else None


def _uncontested(between: Sequence[_Token], known: set[_Token]) -> bool:
    foreign = [token for token in between if token.value and token not in known]
    return len({token.number for token in foreign}) < 2


def _tokens(text: str) -> list[_Token]:
    """The numbers, content words and ends of clauses of a text, in order."""
    found, taken = list[tuple[int, _Token]](), set[int]()
    for fact in facts(fold(text)):
        taken.update(range(fact.start, fact.end))
        if any(character.isdigit() for character in fact.value):
            found.append((fact.start, _Token(fact.value, number=True)))
    for piece in _PIECE.finditer(text):
        word = (piece["word"] or "").casefold()
        if word not in STOP_WORDS and piece.start() not in taken:
            found.append((piece.start(), _Token(stem(word))))
    return [token for _, token in sorted(found, key=lambda each: each[0])]
