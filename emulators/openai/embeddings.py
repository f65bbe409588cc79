"""POST /v1/embeddings and GET /v1/models."""

from __future__ import annotations

import base64
from typing import Any

from flask import Response, jsonify

from emulators.openai.errors import bad_request, unknown_model
from emulators.openai.models import CHAT_MODELS, EMBEDDING_SIZES
from emulators.openai.request_body import Body, body
from emulators.openai.vectors import Vector, Vectors

PARAMETERS = frozenset({"model", "input", "dimensions", "encoding_format", "user"})
MOST_INPUTS = 2048
MOST_TOKENS = 8192  # of one input
MOST_TOTAL_TOKENS = 300_000
CREATED = 1_686_935_002


class Embeddings:
    """The embedding models: one real one, in the sizes of OpenAI's."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    def create(self) -> Response:
        """POST /v1/embeddings"""
        asked = body(PARAMETERS)
        model = asked["model"]
        if model not in EMBEDDING_SIZES:
            raise unknown_model(model)
        size, encoding = _size(asked), _encoding(asked)
        texts = _texts(asked.get("input"))
        tokens = self._tokens(texts)
        data = [
            {
                "object": "embedding",
                "index": index,
                "embedding": _encoded(self._vectors.sized(text, size), encoding),
            }
            for index, text in enumerate(texts)
        ]
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return jsonify(object="list", data=data, model=model, usage=usage)

    def _tokens(self, texts: list[str]) -> int:
        """The tokens of all inputs; 400 if one or all together are too many."""
        counts = [self._vectors.count_tokens(text) for text in texts]
        if max(counts) > MOST_TOKENS:
            message = (
                f"This model's maximum context length is {MOST_TOKENS} tokens, however you "
                f"requested {max(counts)} tokens. Please reduce your prompt."
            )
            raise bad_request(message, "input")
        if sum(counts) > MOST_TOTAL_TOKENS:
            message = f"Requested {sum(counts)} tokens, max {MOST_TOTAL_TOKENS} tokens per request"
            raise bad_request(message, "input", "max_tokens_per_request")
        return sum(counts)


def _texts(given: Any) -> list[str]:
    """The inputs; 400 unless they are one to 2,048 strings, none empty. Token ids are not taken."""
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts or not all(isinstance(t, str) for t in texts):
        raise bad_request("'$.input' is invalid. Please check the API reference.", "input")
    if len(texts) > MOST_INPUTS:
        message = f"Invalid 'input': array too long. Expected at most {MOST_INPUTS} items."
        raise bad_request(message, "input", "array_above_max_length")
    if not all(texts):
        raise bad_request("Input cannot be an empty string.", "input")
    return texts


def _size(asked: Body) -> int:
    """The dimensions asked for, or all the model has."""
    model, size = asked["model"], asked.get("dimensions")
    if size is None:
        return EMBEDDING_SIZES[model]
    if model == "text-embedding-ada-002":
        raise bad_request("This model does not support specifying dimensions.", "dimensions")
    if type(size) is not int or not 1 <= size <= EMBEDDING_SIZES[model]:
        message = (
            f"Invalid value for 'dimensions' = {size}. "
            f"Must be between 1 and {EMBEDDING_SIZES[model]}."
        )
        raise bad_request(message, "dimensions")
    return size


def _encoding(asked: Body) -> str:
    encoding = asked.get("encoding_format") or "float"
    if encoding not in ("float", "base64"):
        message = f"Invalid value: '{encoding}'. Supported values are: 'float' and 'base64'."
        raise bad_request(message, "encoding_format", "invalid_value")
    return str(encoding)


def _encoded(vector: Vector, encoding: str) -> str | list[float]:
    """The vector as base64 of little-endian float32, or as a list of numbers."""
    if encoding == "base64":
        return base64.b64encode(vector.astype("<f4").tobytes()).decode()
    return [float(number) for number in vector]


def list_models() -> Response:
    """GET /v1/models"""
    return jsonify(object="list", data=[_model(name) for name in (*CHAT_MODELS, *EMBEDDING_SIZES)])


def show_model(name: str) -> Response:
    """GET /v1/models/{name}"""
    if name not in CHAT_MODELS and name not in EMBEDDING_SIZES:
        raise unknown_model(name)
    return jsonify(_model(name))


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "system"}
