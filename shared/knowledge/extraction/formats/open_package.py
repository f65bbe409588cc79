"""Open packages, the containers of DOCX, XLSX and PPTX: parts and relations (ECMA-376, part 2)."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from shared.knowledge.extraction.archive import Archive
from shared.knowledge.extraction.errors import Unreadable, damaged
from shared.knowledge.extraction.formats.elements import attribute, child, parse

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

PROPERTIES = "docProps/core.xml"


class Relation(NamedTuple):
    """Where a part points: `kind` is the last step of the relation's type."""

    kind: str
    target: str


class OpenPackage:
    """An open package; `main` is the name of its main part, which lies under `folder`.

    `what` is the format's name. Raises `Unreadable` when damaged, encrypted, too large, or when
    the main part is of another kind.
    """

    def __init__(self, data: bytes, what: str, folder: str) -> None:
        self._archive = Archive(data, what)
        self._what = what
        self.main = self._main_part(folder)

    def read(self, name: str) -> bytes:
        """A part's bytes."""
        return self._archive.read(name)

    def parse(self, name: str) -> Element:
        """A part's root element."""
        return parse(self._archive.read(name), self._what)

    def beside(self, name: str) -> Element | None:
        """The root of a part in the folder of the main part; None if there is none."""
        path = posixpath.join(posixpath.dirname(self.main), name)
        return self.parse(path) if path in self._archive else None

    def relations(self, part: str) -> dict[str, Relation]:
        """The parts that a part (the package itself: "") points to and that exist, by id."""
        folder, name = posixpath.split(part)
        listed = posixpath.join(folder, "_rels", f"{name}.rels")
        if listed not in self._archive:
            return {}
        found = {
            attribute(relation, "Id"): Relation(
                attribute(relation, "Type").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, attribute(relation, "Target")))[1:],
            )
            for relation in self.parse(listed)
        }
        return {
            key: relation for key, relation in found.items() if relation.target in self._archive
        }

    def title(self) -> str | None:
        """The title among the document's properties."""
        if PROPERTIES not in self._archive:
            return None
        element = child(self.parse(PROPERTIES), "title")
        return element.text if element is not None else None

    def _main_part(self, folder: str) -> str:
        if "_rels/.rels" not in self._archive:
            raise damaged(self._what)
        for kind, target in self.relations("").values():
            if kind == "officeDocument" and target.startswith(folder) and target.endswith(".xml"):
                return target
        raise Unreadable(
            "unsupported-format",
            f"This archive holds no {self._what} document; save it as {self._what} or PDF and "
            "upload that.",
        )


def relation_id(element: Element) -> str:
    """The id of the relation an element points through (an attribute with a namespace)."""
    return next(
        (v for k, v in element.attrib.items() if k.startswith("{") and k.endswith("}id")), ""
    )
