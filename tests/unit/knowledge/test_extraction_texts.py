"""Plain text, Markdown and CSV become stored text."""

from __future__ import annotations

import pytest

from shared.knowledge.extraction import Unreadable, extract, inspect


def markdown(text: str) -> str:
    return extract(text.encode(), "markdown").text


def table(text: str) -> str:
    return extract(text.encode(), "csv").text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_text_is_decoded(encoding: str) -> None:
    text = "Le café coûte 5 € — naïvement."
    assert extract(text.encode(encoding), "text").text == text


def test_newlines_are_unified_and_control_characters_dropped() -> None:
    found = extract(b"one\r\ntwo\rthree\x0cfour\tfive\x07\n\n \n\n\n\nsix\n", "text")
    assert found.text == "one\ntwo\nthree\nfour\tfive\n\n\nsix"


def test_code_points_stay_as_the_document_has_them() -> None:
    text = "e\u0301 \u00e9 \u00a0 \ufb01 \u2028 \U0001f600"
    assert extract(f"{text}.".encode(), "text").text == f"{text}."


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf \n", b"\0\0 \n" + b" " * 500])
def test_a_file_of_nothing_but_white_space_is_refused_at_upload(data: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        inspect(data, "text")
    assert refused.value.code == "empty-document"


def test_a_file_beyond_the_size_limit_is_refused_at_upload() -> None:
    with pytest.raises(Unreadable, match="25 MiB"):
        inspect(b"a" * (25 * 1024 * 1024 + 1), "text")


def test_more_text_than_the_limit_is_refused() -> None:
    with pytest.raises(Unreadable) as refused:
        extract(b"ab " * 3_400_000, "text")
    assert refused.value.code == "document-too-complex"


def test_markdown_is_kept_with_its_links_and_liquid_tags() -> None:
    text = "# Hi\n\n* see [us]({{ site.url }})\n\n| a | b |\n| - | - |\n| 1 | 2 |"
    assert markdown(text) == text


def test_front_matter_is_removed_and_gives_the_title() -> None:
    found = extract(b'---\ntitle: "Refund policy"\ntags:\n  - a\n---\n\n# Other\n', "markdown")
    assert found.text == "# Other"
    assert found.title == "Refund policy"


def test_the_first_heading_is_the_title_without_front_matter() -> None:
    assert extract(b"Intro.\n\n## Fees ##\n\nNone.", "markdown").title == "Fees"


def test_a_thematic_break_at_the_top_is_no_front_matter() -> None:
    text = "---\nThis is prose, not YAML.\n---\n\nMore."
    assert markdown(text) == text


def test_comments_are_removed_but_for_those_in_code() -> None:
    text = "a<!-- hidden\nlines --> b `<!-- c -->`\n\n```html\n<!-- d -->\n```\n\ne <!-- open"
    assert markdown(text) == "a b `<!-- c -->`\n\n```html\n<!-- d -->\n```\n\ne"


def test_underlined_headings_take_the_form_that_chunking_knows() -> None:
    assert markdown("Fees\n====\n\nNone.\n\nExtras\n---\n\nSome.") == (
        "# Fees\n\nNone.\n\n## Extras\n\nSome."
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_becomes_a_table_whatever_its_delimiter(delimiter: str) -> None:
    rows = [["plan", "price"], ["basic", '"5,00; net"'], ["pro", "12"]]
    assert table("\n".join(delimiter.join(row) for row in rows)) == (
        "| plan | price |\n| --- | --- |\n| basic | 5,00; net |\n| pro | 12 |"
    )


def test_quoted_newlines_and_pipes_keep_a_row_on_one_line() -> None:
    assert table('q,a\n"Open\ntoday?","9 | 17"\n') == (
        "| q | a |\n| --- | --- |\n| Open today? | 9 \\| 17 |"
    )


def test_ragged_rows_are_filled_up_and_empty_rows_and_columns_go() -> None:
    assert table("a,b,,\n1,2,,\n,,,\n3\n") == "| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 |  |"


def test_a_table_may_begin_with_an_empty_cell() -> None:
    assert (
        table("\tJan\tFeb\nRent\t5\t6") == "|  | Jan | Feb |\n| --- | --- | --- |\n| Rent | 5 | 6 |"
    )


def test_a_reference_link_is_written_out_and_its_definition_gone():
    source = (
        "We publish our [uptime][Up Time]. See [status].\n\n[up  time]: https://up.example 'Up'\n"
    )
    source += "[status]: <https://status.example>\n"
    text = extract(source.encode(), "markdown").text
    assert text.strip() == (
        "We publish our [uptime](https://up.example). See [status](https://status.example)."
    )


def test_brackets_that_are_no_links_stay_as_they_are():
    source = "Tick [x] or [ ] here.\n\n[status]: https://status.example\n"
    assert extract(source.encode(), "markdown").text.strip() == "Tick [x] or [ ] here."
