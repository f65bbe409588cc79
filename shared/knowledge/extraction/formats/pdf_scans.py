"""Scanned pages to lines of placed words: pdfium draws them, tesseract recognises the text.

Tesseract answers in hOCR (kba.github.io/hocr-spec/1.2), which tells for every line the size of its
type and for every word its box, so that scans have headings and tables as other PDFs do.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator

import pypdfium2_raw as pdfium  # type: ignore[import-untyped]
from selectolax.lexbor import LexborHTMLParser, LexborNode

from shared.knowledge.extraction import limits
from shared.knowledge.extraction.errors import Unreadable, too_complex
from shared.knowledge.extraction.formats.pdf_pages import Document, Page, Word

PROGRAM = "tesseract"
DEFAULT_LANGUAGE = "eng"
DPI = 200
POINTS = 72
MOST_PIXELS = 20_000_000
"""A larger page (over A2) is drawn at fewer dots an inch."""

WHITE = 0xFFFFFFFF
LINES = ".ocr_line, .ocr_header, .ocr_caption, .ocr_textfloat"
PROPERTY = re.compile(r"(bbox|x_size|x_wconf) ([\d.]+(?: [\d.]+)*)")
LEAST_CONFIDENCE = 30
"""In per cent; below it are mostly specks and parts of pictures taken for words."""

SAME_TYPE = 1.15
REGULAR = 400


def recognised(document: Document) -> list[Page]:
    """The pages with the text that tesseract sees on them, in `TESSERACT_LANG` or English.

    Raises `Unreadable`: `no-text` when tesseract is not installed, fails or sees nothing,
    `document-too-complex` beyond the limits of pages and time.
    """
    if not shutil.which(PROGRAM):
        raise _textless()
    if document.count > limits.MAX_SCANNED_PAGES:
        raise too_complex(f"it has more than {limits.MAX_SCANNED_PAGES} scanned pages")
    deadline = time.monotonic() + limits.RECOGNITION_SECONDS
    pages: list[Page] = []
    for page in document.loaded():
        lines = list(_lines(page, deadline)) if page else []
        pages.append(Page(lines, [], has_image=True))
    if not any(page.lines for page in pages):
        raise _textless()
    return _evened(pages)


def _textless() -> Unreadable:
    return Unreadable(
        "no-text",
        "This PDF has no text layer; run text recognition (OCR) on it, or upload the document "
        "it was printed from.",
    )


def _lines(page: pdfium.FPDF_PAGE, deadline: float) -> Iterator[list[Word]]:
    width, height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
    scale = min(DPI / POINTS, (MOST_PIXELS / max(width * height, 1.0)) ** 0.5)
    image = _drawn(page, max(int(width * scale), 1), max(int(height * scale), 1))
    for line in LexborHTMLParser(_hocr(image, deadline)).css(LINES):
        if words := list(_words(line, scale, height)):
            yield words


def _drawn(page: pdfium.FPDF_PAGE, width: int, height: int) -> bytes:
    """The page in shades of grey, as a portable graymap (PGM)."""
    pixels = ctypes.create_string_buffer(width * height)
    bitmap = pdfium.FPDFBitmap_CreateEx(
        width, height, pdfium.FPDFBitmap_Gray, ctypes.cast(pixels, ctypes.c_void_p), width
    )
    pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE)
    pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, pdfium.FPDF_ANNOT)
    pdfium.FPDFBitmap_Destroy(bitmap)
    return b"P5 %d %d 255\n" % (width, height) + pixels.raw


def _hocr(image: bytes, deadline: float) -> bytes:
    """What tesseract recognises; why it cannot is on standard error, and logged by the sandbox."""
    language = os.environ.get("TESSERACT_LANG") or DEFAULT_LANGUAGE
    options = ["-l", language, "--dpi", str(DPI), "-c", "tessedit_create_hocr=1"]
    try:
        done = subprocess.run(  # noqa: S603 - every argument is the operator's or ours
            [PROGRAM, "stdin", "stdout", *options],
            input=image,
            stdout=subprocess.PIPE,
            timeout=max(deadline - time.monotonic(), 0.0),
            env=os.environ | {"OMP_THREAD_LIMIT": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise too_complex(
            f"recognising its scanned pages takes more than {limits.RECOGNITION_SECONDS} seconds"
        ) from None
    if done.returncode:
        raise _textless()
    return done.stdout


def _evened(pages: list[Page]) -> list[Page]:
    """The pages with type of nearly one size made the same, since measured sizes scatter."""
    found = {_size(line) for page in pages for line in page.lines}
    even: dict[float, float] = {}
    group = 0.0
    for size in sorted(found, reverse=True):
        if size * SAME_TYPE < group or not group:
            group = size
        even[size] = group
    return [
        page._replace(
            lines=[
                [word._replace(top=word.bottom + even[_size(line)]) for word in line]
                for line in page.lines
            ]
        )
        for page in pages
    ]


def _size(line: list[Word]) -> float:
    return line[0].top - line[0].bottom


def _words(line: LexborNode, scale: float, height: float) -> Iterator[Word]:
    """The words of a line in points, all as high as the line's type."""
    of_line = _properties(line)
    base = height - of_line["bbox"][3] / scale
    top = base + of_line.get("x_size", [0.0])[0] / scale
    for word in line.css(".ocrx_word"):
        text, known = word.text(strip=True), _properties(word)
        if text and known.get("x_wconf", [100.0])[0] >= LEAST_CONFIDENCE:
            left, _, right, _ = known["bbox"]
            yield Word(text, left / scale, base, right / scale, top, REGULAR)


def _properties(node: LexborNode) -> dict[str, list[float]]:
    """The numbers that hOCR keeps in an element's title, by name."""
    title = node.attributes.get("title") or ""
    return {name: [float(n) for n in numbers.split()] for name, numbers in PROPERTY.findall(title)}
