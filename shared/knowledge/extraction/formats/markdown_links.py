"""Reference links of Markdown written out where they are used (CommonMark §4.7 and §6.3).

The definitions at the foot of a page are never seen by its readers; a passage of nothing but
addresses would answer no question.
"""

from __future__ import annotations

import re

DEFINITION = re.compile(
    r"^ {0,3}\[(?P<label>[^\[\]\n]+)\]:[ \t]*<?(?P<address>[^\s<>]+)>?"
    r"(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?[ \t]*(?:\n|\Z)",
    re.M,
)
REFERENCE = re.compile(r"\[(?P<text>[^\[\]\n]+)\](?:\[(?P<label>[^\[\]\n]*)\])?(?![(:\[])")


def written_out(text: str) -> str:
    """The text with `[text][label]` and `[label]` as `[text](address)`, without definitions."""
    addresses = {_folded(found["label"]): found["address"] for found in DEFINITION.finditer(text)}
    if not addresses:
        return text

    def link(found: re.Match[str]) -> str:
        address = addresses.get(_folded(found["label"] or found["text"]))
        return f"[{found['text']}]({address})" if address else found[0]

    return REFERENCE.sub(link, DEFINITION.sub("", text))


def _folded(label: str) -> str:
    """Labels match without regard to case and white space."""
    return " ".join(label.split()).casefold()
