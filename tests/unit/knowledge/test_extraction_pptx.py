"""PPTX presentations become text."""

from __future__ import annotations

import pytest

from shared.knowledge.extraction import Unreadable, extract, inspect
from tests.unit.knowledge.containers import RELATIONS, relations, zipped

NAMESPACES = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    f'xmlns:r="{RELATIONS}"'
)
HIDDEN = "<hidden/>"


def deck(*slides: str, **beside: str) -> bytes:
    """A PPTX; a slide that contains `HIDDEN` is hidden; `beside` are parts of the first slide."""
    ids = "".join(f'<p:sldId id="{256 + n}" r:id="s{n}"/>' for n in range(len(slides)))
    files = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(r1="officeDocument ppt/presentation.xml"),
        "ppt/presentation.xml": (
            f"<p:presentation {NAMESPACES}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>"
        ),
        "ppt/_rels/presentation.xml.rels": relations(
            **{f"s{n}": f"slide slides/slide{9 - n}.xml" for n in range(len(slides))}
        ),
        "ppt/slides/_rels/slide9.xml.rels": relations(
            **{kind: f"{kind} ../{kind}.xml" for kind in beside}
        ),
    }
    files |= {f"ppt/{kind}.xml": _slide(xml) for kind, xml in beside.items()}
    files |= {f"ppt/slides/slide{9 - n}.xml": _slide(xml) for n, xml in enumerate(slides)}
    return zipped(files)


def _slide(shapes: str) -> str:
    show = ' show="0"' if HIDDEN in shapes else ""
    tree = f"<p:cSld><p:spTree>{shapes}</p:spTree></p:cSld>"
    return f"<p:sld {NAMESPACES}{show}>{tree}</p:sld>"


def shape(*paragraphs: str, kind: str = "", attributes: str = "") -> str:
    """A shape with paragraphs; `kind` is the placeholder that it fills."""
    mark = f'<p:ph type="{kind}"/>' if kind else ""
    return (
        f"<p:sp><p:nvSpPr><p:cNvPr {attributes}/><p:nvPr>{mark}</p:nvPr></p:nvSpPr>"
        f"<p:txBody>{''.join(paragraphs)}</p:txBody></p:sp>"
    )


def paragraph(text: str, properties: str = "") -> str:
    return f"<a:p>{properties}<a:r><a:t>{text}</a:t></a:r></a:p>"


def title(text: str) -> str:
    return shape(paragraph(text), kind="title")


def text_of(data: bytes) -> str:
    return extract(data, "pptx").text


def test_slides_are_pages_in_the_order_they_are_shown() -> None:
    found = extract(deck(title("One"), title("Two"), title("Three")), "pptx")
    assert found.text == "# One\n\n# Two\n\n# Three"
    assert [found.text[start:][:5] for start in found.page_starts] == ["# One", "# Two", "# Thr"]
    assert found.title == "One"


def test_a_hidden_slide_is_left_out_and_still_counted() -> None:
    found = extract(deck(title("One"), title("Secret") + HIDDEN, title("Three")), "pptx")
    assert found.text == "# One\n\n# Three"
    assert found.page_starts == [0, 5, 7]


def test_the_title_comes_first_wherever_it_is_drawn() -> None:
    assert text_of(deck(shape(paragraph("Text.")) + title("Head"))) == "# Head\n\nText."


def test_a_slide_without_a_title_does_not_go_on_under_the_one_before() -> None:
    text = text_of(deck(title("One"), shape(paragraph("Text."))))
    assert text == "# One\n\n# Slide 2\n\nText."


def test_body_text_and_bullets_are_list_items_by_their_level() -> None:
    body = shape(
        paragraph("Teeth"),
        paragraph("Cleaning", '<a:pPr lvl="1"/>'),
        paragraph("By appointment.", "<a:pPr><a:buNone/></a:pPr>"),
        kind="body",
    )
    free = shape(paragraph("a", "<a:pPr><a:buChar/></a:pPr>"), paragraph("b"))
    assert text_of(deck(title("T") + body + free)) == (
        "# T\n\n- Teeth\n  - Cleaning\n\nBy appointment.\n\n- a\n\nb"
    )


def test_dates_footers_slide_numbers_and_hidden_shapes_are_left_out() -> None:
    rest = "".join(shape(paragraph(kind), kind=kind) for kind in ("dt", "ftr", "sldNum"))
    hidden = shape(paragraph("hidden"), attributes='hidden="1"')
    assert text_of(deck(title("T") + rest + hidden)) == "# T"


def test_shapes_in_groups_are_read_and_alternatives_once() -> None:
    one = shape(paragraph("In a group"))
    alternatives = (
        f"<mc:AlternateContent><mc:Choice>{one}</mc:Choice><mc:Fallback>{one}</mc:Fallback>"
        "</mc:AlternateContent>"
    )
    assert text_of(deck(f"{title('T')}<p:grpSp>{alternatives}</p:grpSp>")) == "# T\n\nIn a group"


def test_a_table_keeps_its_rows_and_repeats_cells_merged_downwards() -> None:
    def row(*cells: str) -> str:
        return f"<a:tr>{''.join(cells)}</a:tr>"

    def cell(text: str, attributes: str = "") -> str:
        return f"<a:tc {attributes}><a:txBody>{paragraph(text)}</a:txBody></a:tc>"

    rows = (
        row(cell("Plan"), cell("Fee"), cell("", 'hMerge="1"'), cell("Since")),
        row(cell("Pro", 'rowSpan="2"'), cell("5"), cell("a"), cell("May")),
        row(cell("", 'vMerge="1"'), cell("50"), cell("b"), cell("June")),
    )
    frame = (
        f"<p:graphicFrame><a:graphic><a:tbl>{''.join(rows)}</a:tbl></a:graphic></p:graphicFrame>"
    )
    assert text_of(deck(title("T") + frame)).endswith(
        "| Plan | Fee |  | Since |\n| --- | --- | --- | --- |\n"
        "| Pro | 5 | a | May |\n| Pro | 50 | b | June |"
    )


def test_notes_and_diagrams_follow_the_slide() -> None:
    notes = shape(paragraph("Say hello."), kind="body") + shape(paragraph("1"), kind="sldNum")
    points = "".join(f"<p:pt><p:t>{paragraph(text)}</p:t></p:pt>" for text in ("Ask", "Pay"))
    data = deck(title("T"), notesSlide=notes, diagramData=points)
    assert text_of(data) == "# T\n\n- Ask\n- Pay\n\nNotes: Say hello."


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (deck(title("T"))[:-60], "damaged-document"),
        (deck("<p:sp>"), "damaged-document"),
        (deck(), "empty-document"),
        (deck("<p:pic/>"), "empty-document"),
    ],
    ids=["cut off", "broken XML", "no slides", "only a picture"],
)
def test_what_cannot_be_read_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        extract(data, "pptx")
    assert refused.value.code == code


def test_a_slide_that_is_missing_is_seen_at_upload() -> None:
    files = {
        "_rels/.rels": relations(r1="officeDocument ppt/presentation.xml"),
        "ppt/presentation.xml": (
            f'<p:presentation {NAMESPACES}><p:sldIdLst><p:sldId r:id="s0"/></p:sldIdLst>'
            "</p:presentation>"
        ),
    }
    with pytest.raises(Unreadable) as refused:
        inspect(zipped(files), "pptx")
    assert refused.value.code == "damaged-document"
