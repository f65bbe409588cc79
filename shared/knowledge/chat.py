"""A chat model's answer as it comes, through the Chat Completions API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

from shared.knowledge.openai import client, translated

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam

MOST_TOKENS = 700


def stream(api_key: str, model: str, messages: Sequence[dict[str, str]]) -> Iterator[str]:
    """The pieces of the model's text. Raises 503, or ModelRefused.

    Reasoning is off: the sources are in the prompt, and the answer is checked afterwards.
    """
    with translated():
        chunks = client(api_key).chat.completions.create(
            model=model,
            messages=cast("list[ChatCompletionMessageParam]", list(messages)),
            max_completion_tokens=MOST_TOKENS,
            reasoning_effort="none",
            stream=True,
        )
        for chunk in chunks:
            if chunk.choices and (piece := chunk.choices[0].delta.content):
                yield piece
