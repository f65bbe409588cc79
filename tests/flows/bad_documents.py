"""Documents that must not get in, or not all of what is in them."""

from __future__ import annotations

import io
import zipfile

from reportlab.lib.pdfencrypt import StandardEncryption

from tests.flows.samples import pdf

MIB = 1024 * 1024


def encrypted_pdf() -> bytes:
    return pdf(encrypt=StandardEncryption("open sesame"))


def pdf_with_broken_xref() -> bytes:
    """Whole but for its cross-reference table, which points nowhere: most readers rebuild it."""
    data = pdf()
    start = data.rindex(b"startxref")
    return data[:start] + b"startxref\n999999\n%%EOF\n"


def pdf_cut_short() -> bytes:
    """The header and nothing that could be a page."""
    return pdf()[:64]


def word_bomb() -> bytes:
    """A DOCX of some 300 kB that unpacks to 300 MB."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w") as document:
            for _ in range(300):
                document.write(b" " * MIB)
    return buffer.getvalue()


def zip_archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("notes.txt", "Open on Sundays.")
    return buffer.getvalue()


def binary() -> bytes:
    return bytes(range(256)) * 20


SCRIPTED = b"""<!doctype html><html><head><title>Offers</title>
<script>var apiToken = "zebra-in-a-script";</script>
<style>.zebra-in-a-style { color: red }</style></head>
<body onload="zebraInAnAttribute()"><h1>Offers</h1><p>Skis are half price in May.</p>
<script type="application/ld+json">{"zebra": "in-json"}</script>
<noscript>zebra without scripts</noscript><template>zebra in a template</template>
<p><a href="javascript:zebraInALink()">Book now</a></p>
<iframe srcdoc="zebra in a frame"></iframe><svg><script>zebra()</script></svg>
<!-- zebra in a comment --></body></html>"""
