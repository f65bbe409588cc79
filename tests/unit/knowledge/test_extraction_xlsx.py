"""XLSX workbooks become text."""

from __future__ import annotations

import pytest

from shared.knowledge.extraction import Unreadable, extract, inspect
from tests.unit.knowledge.containers import RELATIONS, relations, zipped

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(
    *sheets: str, names: str = "Fees", states: str = "", properties: str = "", **parts: str
) -> bytes:
    """An XLSX; `sheets` are the insides of worksheets, `parts` further files of its xl folder."""
    tabs = zip(names.split(","), (states or "visible," * len(sheets)).split(","), strict=False)
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" state="{state}" r:id="s{n}"/>'
        for n, (name, state) in enumerate(tabs)
    )
    targets = {f"s{n}": f"worksheet worksheets/sheet{n}.xml" for n in range(len(sheets))}
    files = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(r1="officeDocument xl/workbook.xml"),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{properties}'
            f"<sheets>{listed}</sheets></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": relations(
            strings="sharedStrings sharedStrings.xml", styles="styles styles.xml", **targets
        ),
    }
    files |= {f"xl/{name}.xml": f'<r xmlns="{MAIN}">{xml}</r>' for name, xml in parts.items()}
    files |= {
        f"xl/worksheets/sheet{n}.xml": f'<worksheet xmlns="{MAIN}">{xml}</worksheet>'
        for n, xml in enumerate(sheets)
    }
    return zipped(files)


def sheet(*rows: str) -> str:
    return f"<sheetData>{''.join(f'<row>{row}</row>' for row in rows)}</sheetData>"


def words(*texts: str) -> str:
    return "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)


def text_of(data: bytes) -> str:
    return extract(data, "xlsx").text


def shown(value: str, code: str, properties: str = "") -> str:
    """What a sheet shows of a number under a format code."""
    styles = (
        f'<numFmts><numFmt numFmtId="164" formatCode="{code}"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs>'
    )
    cell = f'<c s="1"><v>{value}</v></c>'
    data = workbook(sheet(words("a") + cell), properties=properties, styles=styles)
    return text_of(data).split("\n")[2].strip("|").split("|")[1].strip()


def test_a_sheet_is_a_heading_and_a_table() -> None:
    data = workbook(sheet(words("Plan", "Fee"), words("Basic", "5 | 6")), names="Our fees")
    assert text_of(data) == "# Our fees\n\n| Plan | Fee |\n| --- | --- |\n| Basic | 5 \\| 6 |"


def test_shared_and_rich_strings_are_read_without_their_phonetic_reading() -> None:
    strings = "<si><t>Plan</t></si><si><r><t>Ba</t></r><r><t>sic</t></r><rPh><t>x</t></rPh></si>"
    cells = '<c t="s"><v>0</v></c><c t="s"><v>1</v></c>'
    assert "| Plan | Basic |" in text_of(workbook(sheet(cells), sharedStrings=strings))


def test_formulas_show_their_last_value_and_booleans_read_as_words() -> None:
    cells = (
        '<c t="str"><f>A1&amp;B1</f><v>xy</v></c><c><f>1+1</f><v>2</v></c>'
        '<c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c>'
    )
    assert "| xy | 2 | TRUE | #N/A |" in text_of(workbook(sheet(cells)))


@pytest.mark.parametrize(
    ("value", "code", "seen"),
    [
        ("0.30000000000000004", "General", "0.3"),
        ("4006381333931", "General", "4006381333931"),
        ("1234567.891", "#,##0.00", "1,234,567.89"),
        ("1.005", "0.00", "1.01"),
        ("0.125", "0.0%", "12.5%"),
        ("-5", "#,##0 ;(#,##0)", "(5)"),
        ("-9.5", "#,##0.00\\ [$€-407]", "-9.50 €"),
        ("0", "0;-0;&quot;none&quot;", "none"),
        ("812", "00000", "00812"),
        ("5551234567", "(000) 000-0000", "(555) 123-4567"),
        ("1500000", "0.0,,&quot; M&quot;", "1.5 M"),
        ("12345", "0.00E+00", "1.23E+04"),
        ("0.5", "# ?/?", "0.5"),
        ("1e300", "0", "1" + "0" * 300),
        ("not a number", "0.00", "not a number"),
    ],
)
def test_numbers_read_as_their_format_shows_them(value: str, code: str, seen: str) -> None:
    assert shown(value, code) == seen


@pytest.mark.parametrize(
    ("value", "code", "seen"),
    [
        ("45351", "yyyy-mm-dd", "2024-02-29"),
        ("45351.75", "dd/mm/yyyy hh:mm", "29/02/2024 18:00"),
        ("45351", "[$-F800]dddd\\,\\ mmmm\\ d\\,\\ yyyy", "Thursday, February 29, 2024"),
        ("0.5", "h:mm AM/PM", "12:00 PM"),
        ("1.5", "[h]:mm:ss", "36:00:00"),
        ("0.000729", "mm:ss.0", "01:03"),
        ("1", "d mmm yy", "1 Jan 00"),
        ("-1", "yyyy", "-1"),
        ("99999999", "yyyy", "99999999"),
    ],
)
def test_dates_read_as_their_format_shows_them(value: str, code: str, seen: str) -> None:
    assert shown(value, code) == seen


def test_a_workbook_may_count_days_from_1904() -> None:
    assert shown("0", "yyyy-mm-dd", '<workbookPr date1904="1"/>') == "1904-01-01"


def test_hidden_sheets_rows_and_columns_are_left_out() -> None:
    rows = (
        '<cols><col min="2" max="2" hidden="1"/></cols><sheetData>'
        f"<row>{words('Plan', 'secret', 'Fee')}</row>"
        f'<row hidden="1">{words("Secret plan", "x", "y")}</row></sheetData>'
    )
    text = text_of(workbook(rows, sheet(words("b", "c")), names="A,B", states="visible,veryHidden"))
    assert text == "# A\n\n| Plan | Fee |\n| --- | --- |"


def test_a_cell_merged_downwards_repeats_its_text_in_every_row() -> None:
    rows = (
        f'<sheetData><row r="1">{words("Pro", "monthly")}</row>'
        '<row r="2"><c r="B2" t="str"><v>yearly</v></c></row></sheetData>'
        '<mergeCells><mergeCell ref="A1:A1048576"/></mergeCells>'
    )
    assert "| Pro | monthly |\n| --- | --- |\n| Pro | yearly |" in text_of(workbook(rows))


def test_cells_far_apart_take_no_more_room_than_others() -> None:
    rows = (
        '<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>3</v></c></row></sheetData>'
    )
    assert text_of(workbook(rows)) == "# Fees\n\n| 1 | 2 |  |\n| --- | --- | --- |\n|  |  | 3 |"


def test_a_title_above_the_table_is_no_header() -> None:
    data = workbook(sheet(words("Prices of 2024"), "", words("Plan", "Fee"), words("Pro", "5")))
    assert text_of(data).startswith("# Fees\n\nPrices of 2024\n\n| Plan | Fee |\n| --- |")


def test_a_sheet_that_is_mostly_gaps_is_refused() -> None:
    def cell(n: int) -> str:
        letters = "".join(chr(65 + digit) for digit in (n // 676, n // 26 % 26, n % 26))
        return f'<row r="{n + 1}"><c r="{letters}{n + 1}"><v>1</v></c></row>'

    diagonal = f"<sheetData>{''.join(cell(n) for n in range(676, 4676))}</sheetData>"
    with pytest.raises(Unreadable) as refused:
        extract(workbook(diagonal), "xlsx")
    assert refused.value.code == "document-too-complex"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (workbook(sheet())[:-60], "damaged-document"),
        (workbook("<row>"), "damaged-document"),
        (workbook(sheet()), "empty-document"),
        (workbook('<!-- --></worksheet><!DOCTYPE x [<!ENTITY a "b">]>'), "damaged-document"),
    ],
    ids=["cut off", "broken XML", "empty", "entities"],
)
def test_what_cannot_be_read_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        extract(data, "xlsx")
    assert refused.value.code == code


def test_a_binary_workbook_is_refused_at_upload() -> None:
    files = {
        "_rels/.rels": relations(r1="officeDocument xl/workbook.bin"),
        "xl/workbook.bin": "",
    }
    with pytest.raises(Unreadable) as refused:
        inspect(zipped(files), "xlsx")
    assert refused.value.code == "unsupported-format"
