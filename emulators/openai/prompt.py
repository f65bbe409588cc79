"""What a conversation asks: its last question, its numbered sources and how to refuse.

Sources are blocks of `[n] text` in system, developer or tool messages, their numbers rising, each
running up to the next block or the end of its message. A line `Refusal: …` names the sentence to
refuse with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

REFUSAL = "I don't know based on the documents I have."
SOURCE_MARK = re.compile(r"^[ \t]*\[(?P<number>\d+)\][ \t\n]+(?=\S)", re.MULTILINE)
REFUSAL_LINE = re.compile(r"^[ \t]*Refusal:[ \t]*(?P<sentence>\S.*?)[ \t]*$", re.MULTILINE)

# "Hello!" or "One more thing:" before a question says nothing about it.
OPENING = re.compile(r"^(?:(?:[\w',]+ ){0,3}[\w',]+[!:]\s+)+(?=\S[^?]*\?\s*$)")


@dataclass(frozen=True)
class Message:
    """One turn; `role` is system, developer, user, assistant or tool."""

    role: str
    text: str


@dataclass(frozen=True)
class Source:
    """A numbered text an answer may quote."""

    number: int
    text: str


@dataclass(frozen=True)
class Prompt:
    """What is asked, what may be quoted, and what is said if that does not hold the answer."""

    question: str
    sources: tuple[Source, ...]
    refusal: str


def read(messages: Sequence[Message]) -> Prompt:
    """The prompt that `messages` make up."""
    question = next((m.text for m in reversed(messages) if m.role == "user"), "")
    told = [m.text for m in messages if m.role in ("system", "developer", "tool")]
    refusals = [line["sentence"] for text in told for line in REFUSAL_LINE.finditer(text)]
    sources = tuple(source for text in told for source in _sources(REFUSAL_LINE.sub("", text)))
    asked = OPENING.sub("", question.strip())
    return Prompt(asked, sources, refusals[-1] if refusals else REFUSAL)


def _sources(text: str) -> Iterator[Source]:
    """The blocks of `text`; a mark whose number does not rise is part of the block it stands in."""
    marks: list[re.Match[str]] = []
    for mark in SOURCE_MARK.finditer(text):
        if not marks or int(mark["number"]) > int(marks[-1]["number"]):
            marks.append(mark)
    for mark, following in zip_longest(marks, marks[1:]):
        end = following.start() if following else len(text)
        yield Source(int(mark["number"]), text[mark.end() : end].strip())


def plain_text(content: Any) -> str:
    """The text of a message's content: a string, or a list of parts of which the texts count."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return "\n".join(text for text in texts if isinstance(text, str))
