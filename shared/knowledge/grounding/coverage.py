"""What of a question the documents cover, and in which words to say what they do not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from shared.knowledge.grounding.sentences import sentence_spans
from shared.knowledge.index.terms import STOP_WORDS, query_terms, terms

_WORD = re.compile(r"\w[\w'’.@-]*\w|\w")
_PARTS = re.compile(r"[?,;]|\b(?:and|or|y|o|und|oder|et|ou)\b", re.IGNORECASE)
_LONGEST = 120


def covered(question: str, texts: Iterable[str]) -> float:
    """The share of the question's content words that occur in the texts, 0 to 1."""
    asked = query_terms(question)
    held = {term for text in texts for term in terms(text)}
    return sum(term in held for term in asked) / len(asked) if asked else 0.0


def subject(question: str) -> str:
    """What a question is about: its last interrogative sentence from first to last content word."""
    sentences = [question[start:end] for start, end in sentence_spans(question)]
    asking = [sentence for sentence in sentences if sentence.endswith("?")] or sentences[-1:]
    about = _content(asking[-1]) if asking else ""
    return about[:_LONGEST] or " ".join(question.split())[:_LONGEST]


def uncovered(question: str, texts: Iterable[str]) -> list[str]:
    """The parts of a question none of whose content words occurs in the texts.

    Parts are what commas and "and" set off; a question of one part that was answered is covered,
    whatever words the answer uses.
    """
    parts = [part for part in map(_content, _PARTS.split(question)) if part]
    if len(parts) < 2:
        return []
    held = {term for text in texts for term in terms(text)}
    return [part[:_LONGEST] for part in parts if held.isdisjoint(query_terms(part))]


def nothing_about(phrases: Iterable[str]) -> str:
    """One sentence that names what the documents do not hold."""
    named = " or ".join(f'"{_unquoted(phrase)}"' for phrase in phrases)
    return f"Nothing in the documents about {named}."


def _content(text: str) -> str:
    """The text from its first to its last word that is no stop word."""
    telling = list(_telling(text))
    return " ".join(text[telling[0].start() : telling[-1].end()].split()) if telling else ""


def _telling(text: str) -> Iterator[re.Match[str]]:
    return (word for word in _WORD.finditer(text) if word.group().casefold() not in STOP_WORDS)


def _unquoted(phrase: str) -> str:
    return phrase.replace('"', "'")
