"""Opens an EPUB: its chapters in reading order, its title and its table of contents."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser

from shared.knowledge.extraction.archive import Archive
from shared.knowledge.extraction.decoding import decode
from shared.knowledge.extraction.errors import Unreadable, damaged
from shared.knowledge.extraction.formats.elements import attribute, child, descendants, parse

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"
SCRAMBLED_FONTS = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}
"""Fonts so disguised are no obstacle; any other encryption is of the text."""

CHAPTER_TYPES = {"application/xhtml+xml", "text/html"}
CONTENTS_TYPE = "application/x-dtbncx+xml"

EMPTY_ELEMENT = re.compile(
    r"<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)"
    r"([a-z][\w:-]*)((?:\s[^<>]*)?)/>",
    re.I,
)
"""`<title/>` is a whole element in XHTML, but in HTML the beginning of one."""


class Item(NamedTuple):
    """A file that the book lists."""

    part: str
    media_type: str
    properties: str


class Book:
    """An open EPUB; `chapters` are the names of its parts to read, in order.

    Raises `Unreadable` when it is damaged, too large or locked by its seller.
    """

    def __init__(self, data: bytes) -> None:
        self._archive = Archive(data, "EPUB")
        self._refuse_locked()
        self._main = next(
            (
                attribute(root, "full-path")
                for root in descendants(self._parse(CONTAINER), "rootfile")
            ),
            "",
        )
        self._package = self._parse(self._main)
        self._items = dict(self._listed())
        spine = (self._items.get(attribute(e, "idref")) for e in self._each("spine"))
        self.chapters = list(
            dict.fromkeys(item.part for item in spine if item and _is_chapter(item))
        )
        if not self.chapters:
            raise damaged("EPUB")

    @property
    def title(self) -> str | None:
        return next((e.text for e in self._each("metadata") if e.tag.endswith("}title")), None)

    def read(self, part: str) -> bytes:
        """A part's bytes."""
        return self._archive.read(part)

    def labels(self) -> dict[str, str]:
        """What the table of contents calls each part that it lists."""
        labels: dict[str, str] = {}
        for item in self._items.values():
            if item.part in self._archive:
                for target, label in _entries(item, self._archive):
                    folder = posixpath.dirname(item.part)
                    labels.setdefault(_resolved(folder, target), label)
        return labels

    def _refuse_locked(self) -> None:
        if ENCRYPTION not in self._archive:
            return
        methods = descendants(self._parse(ENCRYPTION), "EncryptionMethod")
        if any(attribute(method, "Algorithm") not in SCRAMBLED_FONTS for method in methods):
            raise Unreadable(
                "encrypted-document",
                "This EPUB is protected against copying (DRM); upload an unprotected edition.",
            )

    def _listed(self) -> Iterator[tuple[str, Item]]:
        folder = posixpath.dirname(self._main)
        for item in self._each("manifest"):
            yield (
                attribute(item, "id"),
                Item(
                    _resolved(folder, attribute(item, "href")),
                    attribute(item, "media-type"),
                    attribute(item, "properties"),
                ),
            )

    def _each(self, name: str) -> Iterator[Element]:
        """What stands directly in one of the package's lists."""
        found = child(self._package, name)
        return iter(found if found is not None else ())

    def _parse(self, part: str) -> Element:
        return parse(self._archive.read(part), "EPUB", doctype=True)


def page(data: bytes) -> LexborHTMLParser:
    """An XHTML file, parsed."""
    return LexborHTMLParser(EMPTY_ELEMENT.sub(r"<\1\2></\1>", decode(data, html=True)))


def _is_chapter(item: Item) -> bool:
    return item.media_type in CHAPTER_TYPES and "nav" not in item.properties.split()


def _resolved(folder: str, target: str) -> str:
    """The part a link leads to."""
    return posixpath.normpath(posixpath.join(folder, unquote(target.partition("#")[0])))


def _entries(item: Item, archive: Archive) -> Iterator[tuple[str, str]]:
    """Links and labels of a table of contents: a navigation document, or EPUB 2's NCX."""
    if "nav" in item.properties.split():
        contents = page(archive.read(item.part)).css_first("nav")
        for link in contents.css("a[href]") if contents else ():
            yield link.attributes.get("href") or "", link.text()
    elif item.media_type == CONTENTS_TYPE:
        for point in page(archive.read(item.part)).css("navpoint"):
            label, target = point.css_first("navlabel"), point.css_first("content")
            if label and target:
                yield target.attributes.get("src") or "", label.text()
