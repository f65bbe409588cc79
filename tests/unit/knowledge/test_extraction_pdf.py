"""PDF documents become text."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from shared.knowledge.extraction import Unreadable, extract, inspect

BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=12, spaceAfter=8)
HEADING = ParagraphStyle("heading", parent=BODY, fontSize=18, leading=22)
BOLD = ParagraphStyle("bold", parent=BODY, fontName="Helvetica-Bold")
PROSE = (
    "We answer every request within two working days, and we tell you beforehand if it will take "
    "longer than that. Parcels that were sent back to us are checked in the order they arrive in, "
    "and the money is paid out on the day after the check."
)


def drawn(draw: Callable[[Canvas], None], **options: object) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, **options)
    draw(canvas)
    canvas.save()
    return buffer.getvalue()


def typeset(*story: Flowable, title: str | None = None) -> bytes:
    buffer = io.BytesIO()
    SimpleDocTemplate(buffer, pagesize=A4, title=title).build(list(story))
    return buffer.getvalue()


def lines(*texts: str, left: int = 72, top: int = 750) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        for number, text in enumerate(texts):
            canvas.drawString(left, top - 14 * number, text)

    return draw


def test_lines_of_a_paragraph_are_joined_and_paragraphs_kept_apart() -> None:
    found = extract(typeset(Paragraph(PROSE, BODY), Paragraph(PROSE, BODY)), "pdf")
    assert found.text == f"{PROSE}\n\n{PROSE}"


def test_larger_type_is_a_heading_and_bold_lines_are_headings_below_it() -> None:
    found = extract(
        typeset(
            Paragraph("Refunds", HEADING),
            Paragraph("How to ask", BOLD),
            Paragraph(PROSE, BODY),
        ),
        "pdf",
    )
    assert found.text == f"# Refunds\n\n## How to ask\n\n{PROSE}"
    assert found.title == "Refunds"


def test_the_title_is_the_documents_own_unless_a_program_made_it_up() -> None:
    story = [Paragraph("Refunds", HEADING), Paragraph(PROSE, BODY)]
    assert extract(typeset(*story, title="Refund policy 2024"), "pdf").title == "Refund policy 2024"
    assert extract(typeset(*story, title="Microsoft Word - a.doc"), "pdf").title == "Refunds"


def test_pages_begin_where_page_starts_says() -> None:
    def draw(canvas: Canvas) -> None:
        for text in ("First page.", "Second page.", "Third page."):
            canvas.drawString(72, 700, text)
            canvas.showPage()

    found = extract(drawn(draw), "pdf")
    assert [found.text[start:].split(" ")[0] for start in found.page_starts] == [
        "First",
        "Second",
        "Third",
    ]


def test_a_sentence_cut_by_the_end_of_a_page_is_made_whole() -> None:
    def draw(canvas: Canvas) -> None:
        lines("You may send it back")(canvas)
        canvas.showPage()
        lines("within thirty days.")(canvas)

    found = extract(drawn(draw), "pdf")
    assert found.text == "You may send it back within thirty days."
    assert found.text[found.page_starts[1] :] == "within thirty days."


def test_a_word_broken_at_the_end_of_a_line_is_put_together() -> None:
    found = extract(
        drawn(lines("All prices are given with trans-", "portation and tax included.")), "pdf"
    )
    assert "transportation and tax" in found.text


def test_running_heads_and_page_numbers_are_left_out() -> None:
    def draw(canvas: Canvas) -> None:
        for page in range(1, 5):
            canvas.drawString(72, 810, "Acme terms")
            canvas.drawString(72, 700, f"Text of part {'abcd'[page - 1]}.")
            canvas.drawString(72, 30, f"Page {page} of 4")
            canvas.showPage()

    text = extract(drawn(draw), "pdf").text
    assert "Page" not in text
    assert text.count("Acme terms") == 1
    assert all(f"Text of part {letter}." in text for letter in "abcd")


def test_a_table_with_rules_keeps_its_rows_and_its_wrapped_cells() -> None:
    small = ParagraphStyle("small", parent=BODY, spaceAfter=0)
    table = Table(
        [
            ["Plan", "Price", "What you get"],
            ["Basic", "€ 5", Paragraph("One calendar, and mail to one person only", small)],
            ["Pro", "€ 12", Paragraph("Ten calendars, and mail to a whole team", small)],
        ],
        colWidths=[60, 60, 100],
        style=[("GRID", (0, 0), (-1, -1), 0.5, colors.black)],
    )
    text = extract(typeset(Paragraph(PROSE, BODY), table, Paragraph(PROSE, BODY)), "pdf").text
    assert text == (
        f"{PROSE}\n\n"
        "| Plan | Price | What you get |\n"
        "| --- | --- | --- |\n"
        "| Basic | € 5 | One calendar, and mail to one person only |\n"
        "| Pro | € 12 | Ten calendars, and mail to a whole team |\n\n"
        f"{PROSE}"
    )


def test_a_table_without_rules_is_found_by_its_columns() -> None:
    table = Table(
        [["Weight", "Zone 1", "Zone 2"], ["1 kg", "4.00", "6.50"], ["10 kg", "9.00", "15.50"]],
        colWidths=[90, 90, 90],
    )
    text = extract(typeset(Paragraph(PROSE, BODY), table, Spacer(1, 20)), "pdf").text
    assert text.endswith(
        "| Weight | Zone 1 | Zone 2 |\n"
        "| --- | --- | --- |\n"
        "| 1 kg | 4.00 | 6.50 |\n"
        "| 10 kg | 9.00 | 15.50 |"
    )


def test_two_columns_are_read_one_after_the_other() -> None:
    def draw(canvas: Canvas) -> None:
        for left, word in ((72, "left"), (320, "right")):
            lines(*(f"The {word} column has this as line {n}" for n in range(4)), left=left)(canvas)

    text = extract(drawn(draw), "pdf").text
    assert text.index("left column has this as line 3") < text.index("right column")
    assert "|" not in text


def test_list_items_are_items_whatever_their_bullet() -> None:
    found = extract(
        drawn(lines("You need:", "\u2022 your passport", "\u2022 a photograph of yourself")), "pdf"
    )
    assert found.text == "You need:\n\n- your passport\n- a photograph of yourself"


def test_a_scan_is_refused_with_the_reason() -> None:
    from PIL import Image

    image = ImageReader(Image.new("L", (200, 200), 200))
    scan = drawn(lambda canvas: canvas.drawImage(image, 0, 0, 500, 700))
    inspect(scan, "pdf")
    with pytest.raises(Unreadable, match="no text layer") as refused:
        extract(scan, "pdf")
    assert refused.value.code == "no-text"


def test_a_document_with_a_password_is_refused_at_upload() -> None:
    locked = drawn(lines("secret"), encrypt=StandardEncryption("open sesame"))
    with pytest.raises(Unreadable) as refused:
        inspect(locked, "pdf")
    assert refused.value.code == "encrypted-document"


def test_a_broken_cross_reference_table_is_repaired() -> None:
    data = drawn(lines("Still readable."), pageCompression=0)
    broken = data.replace(b"startxref", b"startxxxx").replace(b"\nxref\n", b"\nxxxx\n")
    assert extract(broken, "pdf").text == "Still readable."


def test_a_file_cut_off_in_its_header_is_damaged() -> None:
    with pytest.raises(Unreadable) as refused:
        inspect(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<", "pdf")
    assert refused.value.code == "damaged-document"
