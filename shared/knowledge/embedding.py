"""Texts to vectors through the embeddings API, in batches that keep its limits.

Limits of one request: 2,048 inputs and 300,000 tokens (developers.openai.com, embeddings); the
batch here stays far below, so that progress shows and a retry repeats little.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shared.contracts.knowledge import Chunk
from shared.knowledge.openai import client, translated

BATCH_TEXTS = 64
BATCH_CHARACTERS = 200_000

Vector = list[float]


def embed(api_key: str, texts: Sequence[str], model: str, dimensions: int) -> list[Vector]:
    """One unit vector of `dimensions` floats a text, in order.

    Raises 503, or ModelRefused.
    """
    with translated():
        answer = client(api_key).embeddings.create(
            input=list(texts), model=model, dimensions=dimensions
        )
    return [item.embedding for item in sorted(answer.data, key=lambda item: item.index)]


def batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Consecutive runs of texts within the limits of one request."""
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and (len(batch) == BATCH_TEXTS or size + len(text) > BATCH_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch


def input_text(title: str, chunk: Chunk, text: str) -> str:
    """What of a chunk is embedded: title, headings and context, then what it says."""
    path = " › ".join(dict.fromkeys([title, *chunk.heading]))
    context = f"{chunk.context}\n" if chunk.context else ""
    return f"{path}\n{context}{text[chunk.start : chunk.end]}"
