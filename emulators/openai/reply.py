"""One turn of the assistant, the same for Chat Completions and Responses."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from emulators.openai.engine import Engine
from emulators.openai.prompt import Message, Prompt, read
from emulators.openai.schema import Filler
from emulators.openai.tools import Call, Toolbox
from emulators.openai.vectors import Vectors

MESSAGE_TOKENS = 4  # what the markup of one message costs


@dataclass(frozen=True)
class Format:
    """What the text must be: `text`, `json_object`, or `json_schema` with its schema."""

    kind: str = "text"
    schema: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """What either API asks for; `limit` is the most output tokens."""

    messages: tuple[Message, ...]
    toolbox: Toolbox
    format: Format
    limit: int | None = None


@dataclass(frozen=True)
class Reply:
    """The assistant's turn: text in the pieces it streams in, or a call.

    `cut` says that the limit ended it.
    """

    pieces: tuple[str, ...]
    call: Call | None
    cut: bool
    prompt_tokens: int
    output_tokens: int

    @property
    def text(self) -> str:
        """The whole text; empty for a call."""
        return "".join(self.pieces)


class Assistant:
    """Answers requests by the engine and the filler."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        self._engine = Engine(vectors)

    def reply(self, request: Request) -> Reply:
        """The reply to `request`; the same request gets the same reply."""
        prompt = read(request.messages)
        filler = Filler(self._vectors, prompt.question, lambda: self._engine.answer(prompt))
        prompt_tokens = self._prompt_tokens(request.messages)
        call = None
        if request.messages[-1].role != "tool":  # a tool has answered: now in words
            call = request.toolbox.call(self._vectors, prompt.question, filler)
        if call:
            output = self._vectors.count_tokens(call.name + call.arguments)
            return Reply((), call, cut=False, prompt_tokens=prompt_tokens, output_tokens=output)
        pieces = re.findall(r"\s*\S+|\s+$", self._text(request, prompt, filler))
        kept, output = self._within(pieces, request.limit)
        cut = len(kept) < len(pieces)
        return Reply(kept, None, cut=cut, prompt_tokens=prompt_tokens, output_tokens=output)

    def _text(self, request: Request, prompt: Prompt, filler: Filler) -> str:
        if request.format.kind == "json_schema":
            return json.dumps(filler.fill(request.format.schema), ensure_ascii=False)
        last = request.messages[-1]
        only_a_tool_knows = last.role == "tool" and not prompt.sources
        answer = last.text if only_a_tool_knows else self._engine.answer(prompt)
        if request.format.kind == "json_object":
            return json.dumps({"answer": answer}, ensure_ascii=False)
        return answer

    def _prompt_tokens(self, messages: Sequence[Message]) -> int:
        return sum(self._vectors.count_tokens(m.text) + MESSAGE_TOKENS for m in messages)

    def _within(self, pieces: Sequence[str], limit: int | None) -> tuple[tuple[str, ...], int]:
        """The pieces that fit into `limit` tokens, and how many tokens they are."""
        total = 0
        for place, piece in enumerate(pieces):
            tokens = self._vectors.count_tokens(piece)
            if limit is not None and total + tokens > limit:
                return tuple(pieces[:place]), total
            total += tokens
        return tuple(pieces), total
