"""Words as the lexical side of the search sees them: folded, lightly stemmed, any language."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator

_WORD = re.compile(r"\w+")
# Scripts written without spaces: a run of them is searched by overlapping pairs of characters.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_SUFFIX = re.compile(r"(?:ing|ed|es|s|e|ly)$")
_PLURAL = re.compile(r"(?<!s)s$")

_STOP_WORDS = """
    a about am an and any are as at be been but by can could did do does for from had has have how
    i if in into is it its me my no not of on or our please shall should so such that the their them
    then there these they this to us was we were what when where which who why will with would you
    your
    t s re ll ve don didn doesn isn aren wasn weren wouldn couldn shouldn hasn haven
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


def words(text: str) -> list[str]:
    """The words of a text in order: Unicode NFKC, case folded, not stemmed."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def stem(word: str) -> str:
    """An English word without its commonest endings; other words as they are.

    Light on purpose: "cancel", "cancelled" and "cancels" meet, "cancel" and "cancer" do not.
    """
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    root = (_SUFFIX if len(word) > 4 else _PLURAL).sub("", word)
    if root.endswith("i"):
        return f"{root[:-1]}y"
    undoubled = root[:-1] if len(root) > 3 and root[-1] == root[-2] else root
    return root if undoubled[-1] in "sz" or (undoubled[-1] == "l" and len(root) < 6) else undoubled


def _parts(word: str) -> Iterator[str]:
    if len(word) > 2 and _UNSPACED.search(word):
        yield from (word[at : at + 2] for at in range(len(word) - 1))
    else:
        yield stem(word)


def terms(text: str) -> list[str]:
    """The terms of a text in order, repeats included: what is counted for BM25."""
    return [part for word in words(text) for part in _parts(word)]


def query_terms(text: str) -> list[str]:
    """The distinct terms of a question without its stop words, unless it has nothing else."""
    asked = words(text)
    telling = [word for word in asked if word not in STOP_WORDS] or asked
    return list(dict.fromkeys(part for word in telling for part in _parts(word)))


def term_hash(term: str) -> int:
    """The 32 bits a term is stored as: CRC-32 of its UTF-8."""
    return zlib.crc32(term.encode())
