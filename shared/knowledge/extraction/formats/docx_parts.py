"""Opens a DOCX: its body, its styles and its notes (ECMA-376, part 1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shared.knowledge.extraction.errors import damaged
from shared.knowledge.extraction.formats.elements import attribute, child, descendant, local
from shared.knowledge.extraction.formats.open_package import OpenPackage

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

HEADING_NAME = re.compile(r"heading ?(\d)", re.I)
CONTENTS_NAME = re.compile(r"toc (?:\d|heading)", re.I)
BODY_TEXT_LEVEL = 9
"""The outline level of a paragraph that is no heading, counted from 0."""

OFF = {"0", "false", "off"}


class Styles:
    """What paragraph styles say about structure; a style inherits from the one it is based on."""

    def __init__(self, root: Element | None) -> None:
        found = root.iter() if root is not None else ()
        self._styles = {attribute(e, "styleId"): e for e in found if local(e) == "style"}

    def heading_level(self, style: str) -> int | None:
        """1 to 9, or None for a style that is no heading."""
        for element in self._ancestry(style):
            level = outline_level(element)
            if level is not None:
                return level or None
        for name in (style, *self._names(style)):
            if named := HEADING_NAME.match(name):
                return int(named[1])
        return 1 if self.is_title(style) else None

    def is_list(self, style: str) -> bool:
        return any(descendant(e, "pPr", "numPr") is not None for e in self._ancestry(style))

    def is_title(self, style: str) -> bool:
        return "title" in (style.lower(), *(name.lower() for name in self._names(style)))

    def is_contents(self, style: str) -> bool:
        """Whether it marks a line of a table of contents."""
        return any(map(CONTENTS_NAME.match, self._names(style)))

    def _names(self, style: str) -> Iterator[str]:
        for element in self._ancestry(style):
            yield value(child(element, "name"))

    def _ancestry(self, style: str) -> Iterator[Element]:
        seen = {""}
        while style not in seen and style in self._styles:
            seen.add(style)
            yield self._styles[style]
            style = value(child(self._styles[style], "basedOn"))


class Package(OpenPackage):
    """The parts of a DOCX that hold text or say how to read it."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data, "DOCX", "word/")
        body = child(self.parse(self.main), "body")
        if body is None:
            raise damaged("DOCX")
        self.body: Element = body

    def styles(self) -> Styles:
        return Styles(self.beside("styles.xml"))

    def notes(self, kind: str) -> dict[str, Element]:
        """Notes by id; `kind` is `footnote` or `endnote`."""
        root = self.beside(f"{kind}s.xml")
        found = root if root is not None else ()
        return {attribute(e, "id"): e for e in found if not attribute(e, "type")}


def value(element: Element | None) -> str:
    """The `val` attribute, or the empty string."""
    return attribute(element, "val") if element is not None else ""


def is_on(element: Element | None) -> bool:
    """Whether a toggle property is present and not switched off."""
    return element is not None and value(element) not in OFF


def outline_level(element: Element) -> int | None:
    """The outline level in its paragraph properties: 1 to 9; 0 says body text; None if unset."""
    level = value(descendant(element, "pPr", "outlineLvl"))
    return None if not level.isdigit() else (int(level) + 1) % (BODY_TEXT_LEVEL + 1)
