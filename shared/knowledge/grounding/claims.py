"""What a model claims: its sentences and the sources it names for each, as they come."""

from __future__ import annotations

import re
from typing import NamedTuple

from shared.knowledge.grounding.sentences import sentence_spans

_CITATIONS = r"(?:\s*\[\d[\d\s,]*\])+"
# A group of citations and the end mark behind it, once it is sure that no more of it follows.
_GROUP = re.compile(rf"({_CITATIONS})([.!?…]*)(?=\s*[^\s\[.!?…,]|\s*\[[^\d\s])")
_LAST_GROUP = re.compile(rf"({_CITATIONS})([.!?…]*)")
_ENDED = re.compile(r"[.!?…]\s*$")
_DIGITS = re.compile(r"\d+")


class Claim(NamedTuple):
    """A sentence without its citations, and the numbers of the sources it names."""

    sentence: str
    sources: tuple[int, ...]


class ClaimReader:
    """Reads a model's text as it comes. A sentence is complete when its citations are."""

    def __init__(self) -> None:
        self._text = ""

    def feed(self, delta: str) -> list[Claim]:
        """The claims that this piece of text completes."""
        self._text += delta
        return self._read(_GROUP)

    def finish(self) -> list[Claim]:
        """The claims that were left, those without a citation too."""
        found = self._read(_LAST_GROUP)
        rest, self._text = self._text, ""
        return [*found, *_claims(rest, ())]

    def _read(self, group: re.Pattern[str]) -> list[Claim]:
        found, start = list[Claim](), 0
        for match in group.finditer(self._text):
            numbers = tuple(dict.fromkeys(int(n) for n in _DIGITS.findall(match[1])))
            said = self._text[start : match.start()]
            found += _claims(said if _ENDED.search(said) else said + match[2], numbers)
            start = match.end()
        self._text = self._text[start:]
        return found


def claims(text: str) -> list[Claim]:
    """All the claims of a model's text, in order."""
    reader = ClaimReader()
    return [*reader.feed(text), *reader.finish()]


def _claims(text: str, numbers: tuple[int, ...]) -> list[Claim]:
    """The sentences of a piece of text. A citation speaks for its whole line, not those before."""
    line = text.rstrip().rfind("\n") + 1
    return [
        Claim(text[start:end], numbers if end > line else ())
        for start, end in sentence_spans(text)
        if any(character.isalnum() for character in text[start:end])
    ]
