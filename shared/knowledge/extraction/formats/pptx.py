"""PPTX to Markdown: each slide a page with its title, text, tables, diagrams and notes.

Left out: hidden slides, dates, footers and slide numbers, charts and pictures.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shared.knowledge.extraction import limits, markup
from shared.knowledge.extraction.errors import damaged, too_complex
from shared.knowledge.extraction.formats.elements import attribute, child, descendants
from shared.knowledge.extraction.formats.open_package import OpenPackage, relation_id
from shared.knowledge.extraction.formats.pptx_shapes import blocks, placeholder, shapes, text_of
from shared.knowledge.extraction.reading import Reading, clean

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def inspect(data: bytes) -> None:
    """Opens the container and lists the slides. Raises `Unreadable`."""
    Presentation(data)


def read(data: bytes) -> Reading:
    """The text slide by slide; the title is that of the first slide with one.

    A hidden slide is an empty page, so that pages count as slides do.
    """
    show = Presentation(data)
    text, starts = "", list[int]()
    first_title = ""
    for number, slide in enumerate(show.slides, 1):
        title, written = show.written(slide, number)
        first_title = first_title or title
        if text and written:
            text += "\n\n"
        starts.append(len(text))
        text += written
    return Reading(text, starts, first_title or show.title())


class Presentation(OpenPackage):
    """An open PPTX; `slides` are the names of the slides' parts, in order. Raises `Unreadable`."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data, "PPTX", "ppt/")
        related = self.relations(self.main)
        listed = child(self.parse(self.main), "sldIdLst")
        ids = [relation_id(slide) for slide in (listed if listed is not None else ())]
        if any(number not in related for number in ids):
            raise damaged("PPTX")
        self.slides = [related[number].target for number in ids]
        if len(self.slides) > limits.MAX_PAGES:
            raise too_complex(f"it has more than {limits.MAX_PAGES} slides")

    def written(self, part: str, number: int) -> tuple[str, str]:
        """A slide's title, and its Markdown; both are empty for a hidden slide.

        A slide without a title is headed by its number, lest it goes on under the one before.
        """
        slide = self.parse(part)
        if attribute(slide, "show") in {"0", "false"}:
            return "", ""
        title = next((text_of(s) for s in shapes(slide) if placeholder(s) == "title"), "")
        content = markup.join([*blocks(slide), *self._beside(part)])
        if not (title or content):
            return "", ""
        return title, clean(markup.join([markup.heading(1, title or f"Slide {number}"), content]))

    def _beside(self, part: str) -> Iterator[str]:
        """What parts of its own hold of a slide: diagrams, then the speaker's notes."""
        related = self.relations(part).values()
        for relation in related:
            if relation.kind == "diagramData":
                yield from _points(self.parse(relation.target))
        for relation in related:
            if relation.kind == "notesSlide":
                notes = [
                    text_of(shape)
                    for shape in shapes(self.parse(relation.target))
                    if placeholder(shape) == "body"
                ]
                if any(notes):
                    yield f"Notes: {' '.join(notes)}"


def _points(diagram: Element) -> Iterator[str]:
    """The points of a diagram (SmartArt), as the items of a list."""
    for point in descendants(diagram, "pt"):
        text = child(point, "t")
        line = text_of(point) if text is not None else ""
        if line:
            yield markup.item(0, line)
