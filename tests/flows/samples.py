"""One small text as a document of every format."""

from __future__ import annotations

import io
from collections.abc import Callable

import docx
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

TITLE = "Bicycle repairs"
PAGES = (
    "A broken chain is replaced for 19 euros while you wait.",
    "Punctures are mended on Tuesdays and Fridays.",
)


def pdf(**options: object) -> bytes:
    """Two pages, a sentence on each. `options` are those of reportlab's document template."""
    styles = getSampleStyleSheet()
    buffer = io.BytesIO()
    first, second = (Paragraph(page, styles["BodyText"]) for page in PAGES)
    story = [Paragraph(TITLE, styles["Title"]), first, PageBreak(), second]
    SimpleDocTemplate(buffer, **options).build(story)
    return buffer.getvalue()


def scan() -> bytes:
    """A PDF page with a picture of nothing: a scanner's work, without a text."""
    canvas = Canvas("scan.pdf")
    canvas.rect(100, 100, 200, 200, fill=1)
    data: bytes = canvas.getpdfdata()
    return data


def word() -> bytes:
    document = docx.Document()
    document.add_heading(TITLE, 1)
    for page in PAGES:
        document.add_paragraph(page)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def html() -> bytes:
    paragraphs = "".join(f"<p>{page}</p>" for page in PAGES)
    return f"<!doctype html><title>{TITLE}</title><h1>{TITLE}</h1>{paragraphs}".encode()


def markdown() -> bytes:
    return "\n\n".join([f"# {TITLE}", *PAGES]).encode()


def plain() -> bytes:
    return "\n\n".join([TITLE, *PAGES]).encode()


def table() -> bytes:
    return ("repair,notice\n" + "".join(f'{TITLE},"{page}"\n' for page in PAGES)).encode()


# format: (file name, media type, how it is made)
FORMATS: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    "pdf": ("repairs.pdf", "application/pdf", pdf),
    "docx": (
        "repairs.docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        word,
    ),
    "html": ("repairs.html", "text/html", html),
    "markdown": ("repairs.md", "text/markdown", markdown),
    "text": ("repairs.txt", "text/plain", plain),
    "csv": ("repairs.csv", "text/csv", table),
}
TEXTUAL = [name for name in FORMATS if name not in ("pdf", "docx")]
