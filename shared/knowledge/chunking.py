"""Cuts stored text into chunks that follow its structure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from math import ceil

from shared.contracts.knowledge import Chunk
from shared.knowledge.structure import Section, Unit, sections
from shared.knowledge.tables import Tables

SMALL_SHARE = 24
"""A section under a twenty-fourth of a chunk (7 words) shares one with its neighbours; a larger one
is found better by itself: with 22 words, a guide's "dogs" and "pool" drowned in each other."""


def chunk(text: str, page_starts: list[int], max_words: int = 180) -> list[Chunk]:
    """Chunks of at most `max_words` words, in order.

    A chunk never reaches over a heading, except that small sections next to one another under
    the same heading share a chunk under that heading. It breaks between paragraphs, list items,
    table rows and sentences; one of these is cut only if it alone is too long. Together the
    chunks hold every character but white space and headings exactly once. Offsets are Python
    string indices; `text[start:end]` has no white space at its ends; `page` counts from 1. The
    `context` of a chunk that begins within a table is the table's header row.
    """
    tables = Tables(text)
    return [
        Chunk(
            start=start,
            end=end,
            page=page_at(page_starts, start),
            heading=path,
            context=tables.header_above(start),
        )
        for group in _neighbours(sections(text, max_words), max_words)
        for start, end, path in _spans(group, max_words)
    ]


def page_at(page_starts: list[int], position: int) -> int | None:
    """The page, from 1, on which a position of the text is; None where there are no pages."""
    return max(bisect_right(page_starts, position), 1) if page_starts else None


def _neighbours(found: Iterator[Section], max_words: int) -> Iterator[list[Section]]:
    """Sections alone, or small ones that share a chunk."""
    group: list[Section] = []
    for section in found:
        if group and _may_share(group, section, max_words):
            group.append(section)
        else:
            if group:
                yield group
            group = [section]
    if group:
        yield group


def _may_share(group: list[Section], section: Section, max_words: int) -> bool:
    parent = section.path[:-1]
    sizes = [member.words for member in [*group, section]]
    return (
        bool(parent)
        and parent == group[-1].path[:-1]
        and max(sizes) * SMALL_SHARE <= max_words
        and sum(sizes) <= max_words
    )


def _spans(group: list[Section], max_words: int) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Start, end and heading path of the chunks of sections that share, or of one section."""
    if len(group) > 1:
        yield group[0].start, group[-1].units[-1].end, group[0].path[:-1]
        return
    for units in _packed(group[0].units, max_words):
        yield units[0].start, units[-1].end, group[0].path


def _packed(units: list[Unit], max_words: int) -> Iterator[list[Unit]]:
    """Units in runs of about equal size; what leads stays with what it leads to."""
    total = _words(units)
    target = total / ceil(total / max_words)
    run: list[Unit] = []
    size = 0
    for unit in units:
        enough = run and not run[-1].leads and size + unit.words / 2 > target
        if enough or (run and size + unit.words > max_words):
            kept = _before_lead(run, max_words - unit.words)
            yield run[:kept]
            run = run[kept:]
            size = _words(run)
        run.append(unit)
        size += unit.words
    yield run


def _before_lead(run: list[Unit], room: int) -> int:
    """How many units of a run stay in it: all but those leading on, if those fit in `room`."""
    kept = len(run)
    while kept > 1 and run[kept - 1].leads:
        kept -= 1
    fits = _words(run[kept:]) <= room and not run[kept - 1].leads
    return kept if fits else len(run)


def _words(units: list[Unit]) -> int:
    return sum(unit.words for unit in units)
