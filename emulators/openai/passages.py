"""What can be quoted from a source: its sentences, list items and table rows, letter for letter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

LIST_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+(?=\S)")
TABLE_ROW = re.compile(r"[ \t]*\|.*\|[ \t]*$")
TABLE_RULE = re.compile(r"[ \t]*\|[ \t:|-]+\|[ \t]*$")
MARKED_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]")
SENTENCE_END = re.compile(r"[.!?]+[\"'”’)\]*_]*\s+(?=[\"'“‘¿¡(\[*_]*(?P<next>\w))")
ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|vs|etc|e\.g|i\.e|No|Inc|Ltd|Co|Corp|Jr|Sr|approx|[A-Z])|^\d{1,3})\.$"
)
WRAPPED = 50  # characters: a line this long runs on in the next one
LINK_DEFINITION = re.compile(r"[ \t]*\[[^\]]+\]:[ \t]+\S+$")
HEADING_WORDS = 8
PATH = " > "  # between the headings of a source's place; the last is the nearest
ITEM_WORDS = 60  # a longer list item is quoted by its sentences


@dataclass(frozen=True)
class Quote:
    """`text` stands in the source letter for letter, under `heading` (or a question) if there is
    one; a table row also under the row of its `columns`."""

    text: str
    heading: str = ""
    columns: str = ""

    @property
    def in_place(self) -> str:
        """The text with what it stands under, so that it can be understood alone."""
        row = f"{self.columns}: {self.text}" if self.columns else self.text
        return f"{self.heading}: {row}" if self.heading else row


def quotes(source: str) -> list[Quote]:
    """All that can be quoted from `source`, in order; headings, questions and lead-ins cannot."""
    found: list[Quote] = []
    heading = columns = ""
    for block, following in pairwise([*_blocks(source), ""]):
        if TABLE_RULE.match(block) or LINK_DEFINITION.match(block):
            continue
        is_row = bool(TABLE_ROW.match(block))
        if _is_heading(block, following):
            title = block.strip(" \t#*_|")
            heading, columns = (heading, title) if is_row else (title.split(PATH)[-1], "")
            continue
        for unit in _units(block):
            if unit.endswith("?"):
                heading = unit
            elif not unit.endswith(":"):
                found.append(Quote(unit, heading, columns if is_row else ""))
    return found


def _blocks(source: str) -> Iterator[str]:
    """The paragraphs, list items, table rows and headings; wrapped lines stay together."""
    start = end = 0  # of the block being gathered
    for line in re.finditer(r"[^\n]*\S[^\n]*", source):
        if end and not _continues(source[start:end], source[end : line.start()], line.group()):
            yield source[start:end]
            start = line.start()
        elif not end:
            start = line.start()
        end = line.end()
    if end:
        yield source[start:end]


def _continues(block: str, between: str, line: str) -> bool:
    """Whether `line` is the rest of a wrapped `block`."""
    if between.count("\n") > 1 or MARKED_HEADING.match(block) or TABLE_ROW.match(block):
        return False
    if LIST_ITEM.match(line) or MARKED_HEADING.match(line) or TABLE_ROW.match(line):
        return False
    return len(block.rsplit("\n", 1)[-1]) >= WRAPPED


def _is_heading(block: str, following: str) -> bool:
    """A Markdown heading, a table's header row, or a short line without an end above others."""
    if MARKED_HEADING.match(block):
        return True
    if TABLE_ROW.match(block):
        return bool(TABLE_RULE.match(following))
    if LIST_ITEM.match(block) or not following or re.search(r"\d|[.!?:;,]\W*$", block):
        return False
    return len(block.split()) <= HEADING_WORDS


def _units(block: str) -> list[str]:
    if TABLE_ROW.match(block):
        return [block.strip()]
    marker = LIST_ITEM.match(block)
    if marker:
        item = block[marker.end() :].strip()
        return [item] if len(item.split()) <= ITEM_WORDS else sentences(item)
    return sentences(block)


def sentences(text: str) -> list[str]:
    """The sentences of `text`, letter for letter, without the white space between them."""
    found: list[str] = []
    start = 0
    for end in SENTENCE_END.finditer(text):
        is_open = end["next"].islower() or ABBREVIATION.search(text[start : end.start() + 1])
        if not is_open:
            found.append(text[start : end.end()].strip())
            start = end.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if sentence]
