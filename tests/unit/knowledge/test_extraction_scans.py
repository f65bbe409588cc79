"""A PDF without a text layer is read through tesseract where that is installed."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from shared.knowledge.extraction import Unreadable, extract

Install = Callable[[str], Path]
LINE = '<span class="ocr_line" title="bbox 200 {top} 1000 {bottom}; x_size {size}">{words}</span>'
WORD = '<span class="ocrx_word" title="bbox {left} 0 {right} 9; x_wconf {sure}">{text}</span>'


def scan(pages: int = 1) -> bytes:
    image = ImageReader(Image.new("L", (60, 80), 200))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842))
    for _ in range(pages):
        canvas.drawImage(image, 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def line(text: str, top: int, size: float = 30, sure: int = 95) -> str:
    """A line of hOCR, in pixels at 200 dots an inch."""
    words = "".join(
        WORD.format(left=200 + 100 * n, right=290 + 100 * n, sure=sure, text=word)
        for n, word in enumerate(text.split())
    )
    return LINE.format(top=top, bottom=top + 30, size=size, words=words)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a shell script on the PATH as tesseract; returns the folder that it stands in."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def put(script: str) -> Path:
        program = tmp_path / "tesseract"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return tmp_path

    return put


def recognises(install: Install, *lines: str) -> None:
    folder = install('cat >/dev/null; cat "$(dirname "$0")/seen"')
    (folder / "seen").write_text(f"<html><body>{''.join(lines)}</body></html>")


def refusal_of(data: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        extract(data, "pdf")
    assert refused.value.reason.endswith(".")
    return refused.value.code


def test_recognised_lines_become_headings_and_paragraphs(install: Install) -> None:
    recognises(
        install,
        line("Refund policy", 300, size=60),
        line("We pay the money back to you, in full and", 400),
        line("within thirty days.", 440),
    )
    found = extract(scan(), "pdf")
    assert found.text == (
        "# Refund policy\n\nWe pay the money back to you, in full and within thirty days."
    )
    assert found.page_starts == [0]


def test_headings_measured_a_little_differently_have_the_same_level(install: Install) -> None:
    recognises(
        install,
        line("Refunds", 300, size=57),
        line("We pay the money back to you, all of it.", 400),
        line("Fees", 600, size=60),
        line("There are none for any of our customers here.", 700),
    )
    text = extract(scan(), "pdf").text
    assert "# Refunds\n" in text
    assert "\n# Fees\n" in text


def test_specks_taken_for_words_are_left_out(install: Install) -> None:
    recognises(install, line("Paid in full.", 300), line("~ i;", 500, sure=12))
    assert extract(scan(), "pdf").text == "Paid in full."


def test_tesseract_gets_the_page_as_a_grey_image_and_the_language_asked_for(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TESSERACT_LANG", "deu+fra")
    install(
        'size=$(head -c 17 | tr "\\n" " ")\ncat >/dev/null\n'
        "echo \"<p class=ocr_line title='bbox 0 0 9 99; x_size 30'>\"\n"
        "for word in $size $*; do echo \"<b class=ocrx_word title='bbox 0 0 9 9'>$word</b>\"; done"
    )
    words = extract(scan(), "pdf").text.split()
    assert words[:4] == ["P5", "1652", "2338", "255"]
    assert " ".join(words).count("-l deu+fra") == 1


def test_without_tesseract_a_scan_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert refusal_of(scan()) == "no-text"


def test_a_scan_in_which_nothing_is_recognised_is_refused(install: Install) -> None:
    recognises(install)
    assert refusal_of(scan()) == "no-text"


def test_a_scan_of_too_many_pages_is_refused(install: Install) -> None:
    recognises(install, line("Text.", 300))
    assert refusal_of(scan(pages=51)) == "document-too-complex"


def test_a_tesseract_that_cannot_work_is_as_good_as_none(install: Install) -> None:
    install('cat >/dev/null; echo "Failed loading language" >&2; exit 1')
    assert refusal_of(scan()) == "no-text"
