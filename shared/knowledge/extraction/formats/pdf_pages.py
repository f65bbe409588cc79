"""Opens a PDF with pdfium and hands out its pages as lines of placed words.

Calls pdfium's C functions directly: importing pypdfium2's classes would cost each document
another 10 ms, and a worker process reads one document and ends.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from typing import NamedTuple

import pypdfium2_raw as pdfium  # type: ignore[import-untyped]

from shared.knowledge.extraction import limits
from shared.knowledge.extraction.errors import Unreadable, damaged, too_complex

HYPHEN = "\ufffe"
"""What pdfium writes for a hyphen that breaks a word at the end of a line."""

WORD = re.compile(rf"[^\s\0\x02{HYPHEN}]+[\x02{HYPHEN}]?")
VISIBLE_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u2010\u00ad]$")
BOLD_NAME = re.compile(rb"bold|black|heavy|demi", re.I)
THIN = 3.0
"""In points; a path no thicker than this is a rule of a table."""

SHORTEST_RULE = 6.0
RECTANGLE_SEGMENTS = 5
MOST_RULES = 4000
"""A page with more lines than this is a drawing."""


class Word(NamedTuple):
    """A word and its box in points, the origin being at the page's lower left."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    weight: int


class Box(NamedTuple):
    left: float
    bottom: float
    right: float
    top: float


class Page(NamedTuple):
    """Lines in pdfium's reading order, straight rules and cell borders, and whether it shows an
    image."""

    lines: list[list[Word]]
    rules: list[Box]
    has_image: bool


class Document:
    """An open PDF of `count` pages. Raises `Unreadable` when encrypted, damaged or too long."""

    def __init__(self, data: bytes) -> None:
        self._data = data  # pdfium reads from it for as long as the document is open
        pdfium.FPDF_InitLibrary()
        self._document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
        if not self._document:
            raise _refusal(pdfium.FPDF_GetLastError())
        self.count: int = pdfium.FPDF_GetPageCount(self._document)
        if not self.count:
            raise damaged("PDF")
        if self.count > limits.MAX_PAGES:
            raise too_complex(f"it has more than {limits.MAX_PAGES} pages")

    def pages(self) -> Iterator[Page]:
        """Every page in turn; one that pdfium cannot load is empty."""
        for page in self.loaded():
            text = pdfium.FPDFText_LoadPage(page) if page else None
            rules, has_image = _drawn(page) if page else ([], False)
            yield Page(list(_lines(text)) if text else [], rules, has_image)
            if text:
                pdfium.FPDFText_ClosePage(text)

    def loaded(self) -> Iterator[pdfium.FPDF_PAGE | None]:
        """Every page as pdfium has it, open until the next; None for one it cannot load."""
        for index in range(self.count):
            page = pdfium.FPDF_LoadPage(self._document, index)
            yield page or None
            if page:
                pdfium.FPDF_ClosePage(page)

    def title(self) -> str:
        """The title among the document's properties, or the empty string."""
        size = pdfium.FPDF_GetMetaText(self._document, b"Title", None, 0)
        buffer = ctypes.create_string_buffer(size)
        pdfium.FPDF_GetMetaText(self._document, b"Title", buffer, size)
        return buffer.raw.decode("utf-16-le", "replace").strip("\0 ")


def _refusal(error: int) -> Unreadable:
    if error in {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}:
        return Unreadable(
            "encrypted-document",
            "This PDF is protected with a password; remove the password and upload it again.",
        )
    return damaged("PDF")


def _lines(text: pdfium.FPDF_TEXTPAGE) -> Iterator[list[Word]]:
    count = pdfium.FPDFText_CountChars(text)
    characters = "".join(chr(pdfium.FPDFText_GetUnicode(text, i)) for i in range(count))
    line: list[Word] = []
    end = 0
    for found in WORD.finditer(characters):
        broken = line and line[-1].text.endswith(HYPHEN)
        if line and (broken or "\n" in characters[end : found.start()]):
            yield _hyphenated(line)
            line = []
        line.append(_word(text, found))
        end = found.end()
    if line:
        yield _hyphenated(line)


def _word(text: pdfium.FPDF_TEXTPAGE, found: re.Match[str]) -> Word:
    first, last = _box(text, found.start()), _box(text, found.end() - 1)
    if found[0][-1] in f"\x02{HYPHEN}" and found.end() - found.start() > 1:
        last = _box(text, found.end() - 2)
    return Word(
        found[0].replace("\x02", HYPHEN),
        min(first.left, last.left),
        min(first.bottom, last.bottom),
        max(first.right, last.right),
        max(first.top, last.top),
        _weight(text, found.start()),
    )


def _weight(text: pdfium.FPDF_TEXTPAGE, index: int) -> int:
    """The font's weight, 400 being regular; a font that does not say is judged by its name."""
    weight: int = pdfium.FPDFText_GetFontWeight(text, index)
    if weight > 0:
        return weight
    name = ctypes.create_string_buffer(128)
    pdfium.FPDFText_GetFontInfo(text, index, name, len(name), None)
    return 700 if BOLD_NAME.search(name.value) else 400


def _hyphenated(line: list[Word]) -> list[Word]:
    """The line, with a hyphen that ends it told from one within a word."""
    last = line[-1]
    return [*line[:-1], last._replace(text=VISIBLE_HYPHEN.sub(HYPHEN, last.text))]


def _box(text: pdfium.FPDF_TEXTPAGE, index: int) -> Box:
    """The box of a character at its font's full height, the same for `a` and `h`."""
    found = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(text, index, found)
    return Box(found.left, found.bottom, found.right, found.top)


def _drawn(page: pdfium.FPDF_PAGE) -> tuple[list[Box], bool]:
    """The page's rules, and whether it has an image."""
    rules: list[Box] = []
    has_image = False
    for index in range(pdfium.FPDFPage_CountObjects(page)):
        drawn = pdfium.FPDFPage_GetObject(page, index)
        kind = pdfium.FPDFPageObj_GetType(drawn)
        has_image = has_image or kind == pdfium.FPDF_PAGEOBJ_IMAGE
        if kind == pdfium.FPDF_PAGEOBJ_PATH and len(rules) <= MOST_RULES:
            rules += _rules(drawn)
    return rules if len(rules) <= MOST_RULES else [], has_image


def _rules(path: pdfium.FPDF_PAGEOBJECT) -> Iterator[Box]:
    """A straight rule as it is, a rectangle as its four sides."""
    edges = [ctypes.c_float() for _ in range(4)]
    pdfium.FPDFPageObj_GetBounds(path, *edges)
    box = Box(*(edge.value for edge in edges))
    width, height = box.right - box.left, box.top - box.bottom
    if max(width, height) < SHORTEST_RULE:
        return
    if min(width, height) <= THIN:
        yield box
    elif pdfium.FPDFPath_CountSegments(path) <= RECTANGLE_SEGMENTS:
        yield box._replace(right=box.left)
        yield box._replace(left=box.right)
        yield box._replace(top=box.bottom)
        yield box._replace(bottom=box.top)
