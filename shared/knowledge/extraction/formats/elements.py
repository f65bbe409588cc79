"""XML of strangers, parsed safely and read by local names.

Elements are told apart by local name, so documents of either dialect (strict and transitional
Office Open XML, OPF with and without a prefix) read alike.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as SafeTree

from shared.knowledge.extraction.errors import damaged

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def parse(data: bytes, what: str, *, doctype: bool = False) -> Element:
    """The root element. Raises `Unreadable`, naming the format, for broken XML and for entities.

    Where no `doctype` is usual, one is refused as well.
    """
    try:
        root: Element = SafeTree.fromstring(data, forbid_dtd=not doctype)
    except (SafeTree.ParseError, DefusedXmlException):
        raise damaged(what) from None
    return root


def stream(data: bytes, what: str) -> Iterator[Element]:
    """Every element once it is complete, so that a large part need not be held whole.

    Raises `Unreadable` as `parse` does.
    """
    try:
        for _, element in SafeTree.iterparse(io.BytesIO(data), ("end",), forbid_dtd=True):
            yield element
    except (SafeTree.ParseError, DefusedXmlException):
        raise damaged(what) from None


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def attribute(element: Element, name: str) -> str:
    """An attribute by local name, or the empty string."""
    return next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == name), "")


def child(element: Element | None, name: str) -> Element | None:
    """The first child of that local name."""
    return next((e for e in element if local(e) == name), None) if element is not None else None


def descendant(element: Element, *names: str) -> Element | None:
    """The element reached by taking the first child of each name in turn."""
    found: Element | None = element
    for name in names:
        found = child(found, name)
    return found


def descendants(element: Element, name: str) -> Iterator[Element]:
    """All elements of that local name below an element, in document order."""
    return (e for e in element.iter() if local(e) == name)


def is_true(element: Element, name: str) -> bool:
    """Whether a boolean attribute is present and true (XML Schema, part 2, 3.2.2)."""
    return attribute(element, name) in {"1", "true"}
