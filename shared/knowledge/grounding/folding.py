"""Text folded for comparison, with the way back: where each folded character came from."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_SAME = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′´`ʼ", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "\u00ad": "",
        "\u200b": "",
        "\ufeff": "",
    }
)
_EMPHASIS = frozenset("*~`")


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; character i comes from offset `origins[i]` of the original."""

    text: str
    origins: list[int]

    def find(self, needle: str) -> tuple[int, int] | None:
        """Where folded text stands as whole words in the original: (start, end), or None."""
        at = self.text.find(needle) if needle else -1
        while at >= 0:
            end = at + len(needle)
            if not (self._inside(at) or self._inside(end)):
                return self.origins[at], self.origins[end - 1] + 1
            at = self.text.find(needle, at + 1)
        return None

    def _inside(self, at: int) -> bool:
        """Whether a cut here goes through a word."""
        return 0 < at < len(self.text) and self.text[at - 1 : at + 1].isalnum()


def fold(text: str) -> Folded:
    """NFKC, case folded, one kind of quote and dash, no emphasis marks, single spaces, trimmed."""
    characters, origins = list[str](), list[int]()
    for offset, original in enumerate(text):
        for character in _folded(original):
            if character != " " or (characters and characters[-1] != " "):
                characters.append(character)
                origins.append(offset)
    if characters and characters[-1] == " ":
        characters.pop()
        origins.pop()
    return Folded("".join(characters), origins)


def _folded(character: str) -> str:
    if character in _EMPHASIS:
        return ""
    if character.isspace():
        return " "
    if character.isascii():
        return character.lower()
    plain = character.translate(_SAME)
    return unicodedata.normalize("NFKC", plain).casefold() if plain else ""
