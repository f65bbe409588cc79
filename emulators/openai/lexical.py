"""Words and their weight: a light stem, stop words and BM25 over the few texts of one prompt."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_WITHOUT_MEANING = """
a about am an and any are as at be but by can could did do does don for get had has have how i if
in into is it its ll long make many me much my need no not of offer on or our please re s should
so some such t take that the their then there these they this to us ve want was we were what when
where which who why will with would you your
"""
STOP_WORDS = frozenset(_WITHOUT_MEANING.split())
ENDING = re.compile(r"(?<=\w\w)e*(?:ing|ed|es|s)?$")
DOUBLED = re.compile(r"([^\Waeiou])\1$")
SATURATION, LENGTH_WEIGHT = 1.2, 0.75  # BM25's k1 and b


def terms(text: str) -> list[str]:
    """The words of `text` that carry meaning, lower case, brought to their stem."""
    return [_stem(word) for word in re.findall(r"\w+", text.lower()) if word not in STOP_WORDS]


def _stem(word: str) -> str:
    """`word` without its ending: cancelled as cancel, guaranteed as guarantee."""
    if not word.isalpha():
        return word
    stem = DOUBLED.sub(r"\1", ENDING.sub("", word, count=1))
    return stem[:-1] + "i" if stem.endswith("y") else stem


def coverage(wanted: set[str], text: str) -> float:
    """The share of `wanted` terms that occur in `text`, 0 to 1."""
    return len(wanted & set(terms(text))) / max(1, len(wanted))


def bm25(texts: Sequence[str], query: str) -> NDArray[np.float64]:
    """The BM25 score of each text (Robertson & Zaragoza 2009), rarity counted in `texts` alone."""
    counts = [Counter(terms(text)) for text in texts]
    lengths = np.array([count.total() for count in counts], dtype=float)
    mean = lengths.mean() if lengths.any() else 1.0
    floor = SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * lengths / mean)
    scores = np.zeros(len(texts))
    for term in sorted(set(terms(query))):
        frequency = np.array([count[term] for count in counts], dtype=float)
        holding = np.count_nonzero(frequency)
        rarity = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
        scores += rarity * frequency * (SATURATION + 1) / (frequency + floor)
    return scores
