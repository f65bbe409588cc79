"""Stored text is cut into chunks that follow its structure."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts.knowledge import Chunk
from shared.knowledge.chunking import chunk
from shared.knowledge.embedding import input_text
from shared.knowledge.tables import Tables

HEADING = re.compile(r"#{1,6} .*")


def texts(text: str, max_words: int = 180) -> list[str]:
    return [text[c.start : c.end] for c in chunk(text, [], max_words)]


def headings(text: str, max_words: int = 180) -> list[tuple[str, ...]]:
    return [c.heading for c in chunk(text, [], max_words)]


def sentence(number: int, words: int = 10) -> str:
    return f"Sentence {number} {'word ' * (words - 3)}ends."


def test_a_short_text_is_one_chunk_without_white_space_at_its_ends() -> None:
    assert chunk("\n  Only this.\n\n", []) == [Chunk(start=3, end=13)]


def test_a_blank_text_has_no_chunks() -> None:
    assert chunk(" \n\n ", []) == []


def test_a_chunk_carries_the_path_of_headings_above_it() -> None:
    text = "# Refunds\n\nAll of it.\n\n## Partial refunds ##\n\nSome of it.\n\n# Fees\n\nNone."
    assert list(zip(texts(text), headings(text), strict=True)) == [
        ("All of it.", ("Refunds",)),
        ("Some of it.", ("Refunds", "Partial refunds")),
        ("None.", ("Fees",)),
    ]


def test_the_page_is_that_of_the_first_character() -> None:
    text = f"{sentence(1)}\n\n{sentence(2)}\n\n{sentence(3)}"
    second, third = text.index("Sentence 2"), text.index("Sentence 3")
    found = chunk(text, [0, second, third - 1], max_words=10)
    assert [c.page for c in found] == [1, 2, 3]


def test_paragraphs_are_kept_whole_and_shared_out_evenly() -> None:
    paragraphs = [sentence(n, 20) for n in range(4)]
    assert texts("\n\n".join(paragraphs), max_words=60) == [
        "\n\n".join(paragraphs[:2]),
        "\n\n".join(paragraphs[2:]),
    ]


def test_a_paragraph_that_is_too_long_is_cut_between_sentences() -> None:
    sentences = [sentence(n) for n in range(6)]
    assert texts(" ".join(sentences), max_words=20) == [
        " ".join(sentences[n : n + 2]) for n in (0, 2, 4)
    ]


def test_abbreviations_and_initials_end_no_sentence() -> None:
    first = "We thank Dr. Ada B. Lovelace, Prof. Noether and Mr. Babbage for 2.5 hours of advice."
    second = "They were right about all of the machines."
    assert texts(f"{first} {second}", max_words=17) == [first, second]


def test_a_sentence_that_alone_is_too_long_is_cut_between_words() -> None:
    found = texts("word " * 25, max_words=10)
    assert [len(text.split()) for text in found] == [10, 10, 5]


def test_text_without_spaces_is_measured_by_its_characters() -> None:
    found = texts("退款将在三十天内支付。" * 30, max_words=44)
    assert all(len(text) <= 44 and text.endswith("。") for text in found)
    assert len(found) == 8


def test_table_rows_stay_whole_and_the_header_stays_with_its_first_row() -> None:
    rows = [f"| plan {n} | {n} euros a month |" for n in range(10)]
    table = "\n".join(["| Plan | Price |", "| --- | --- |", *rows])
    found = texts(f"{sentence(1, 30)}\n\n{table}", max_words=40)
    assert [
        line for text in found for line in text.split("\n") if line.startswith("| plan")
    ] == rows
    assert not any(text.endswith(("| Plan | Price |", "| --- | --- |")) for text in found)


def test_a_chunk_that_begins_within_a_table_has_its_header_as_context() -> None:
    rows = [f"| plan {n} | {n} euros a month |" for n in range(10)]
    table = "\n".join(["| Plan | Price |", "| --- | --- |", *rows])
    text = f"{table}\n\n{sentence(1, 40)}"
    first, *others, last = chunk(text, [], max_words=40)
    assert text[first.start : first.end].startswith("| Plan | Price |")
    assert first.context == ""
    assert [c.context for c in others] == ["| Plan | Price |"] * len(others) != []
    assert text[others[-1].start : others[-1].end].endswith(rows[-1])
    assert last.context == ""


def test_each_table_has_its_own_header() -> None:
    rows = [f"{n} | {n} euros a month" for n in range(10)]
    one = "\n".join(["Plan | Price", "--- | ---", *rows])
    two = "\n".join(["Room | Size", "-|-", *rows])
    found = chunk(f"{one}\n\n{sentence(1)}\n\n{two}", [], max_words=20)
    contexts = [c.context for c in found if c.context]
    assert list(dict.fromkeys(contexts)) == ["Plan | Price", "Room | Size"]


def test_a_first_row_as_long_as_a_paragraph_is_no_header() -> None:
    rows = [f"| {n} | euros |" for n in range(40)]
    text = "\n".join([f"| a | {'word ' * 80}|", "| --- | --- |", *rows])
    assert {c.context for c in chunk(text, [])} == {""}


def test_the_context_is_embedded_before_the_text_and_after_the_headings() -> None:
    text = "| a | b |"
    plain = Chunk(start=0, end=len(text), heading=("Fees",))
    assert input_text("Terms", plain, text) == "Terms › Fees\n| a | b |"
    headed = plain.model_copy(update={"context": "| Plan | Fee |"})
    assert input_text("Terms", headed, text) == "Terms › Fees\n| Plan | Fee |\n| a | b |"


def test_lines_of_bars_and_dashes_take_no_longer_than_other_lines() -> None:
    for text in ("|" * 300_000, "|-\n" * 100_000, "-" * 300_000 + "|x", "| a\n" * 100_000):
        assert Tables(text).header_above(len(text)) == ""


def test_rows_of_a_table_without_outer_pipes_stay_whole() -> None:
    rows = [f"plan {n} | {n} euros. A month" for n in range(10)]
    text = "\n".join(["Plan | Price", "--- | ---", *rows])
    found = texts(text, max_words=20)
    assert [line for text in found for line in text.split("\n")][2:] == rows


def test_a_list_is_cut_between_items_and_stays_with_its_introduction() -> None:
    items = [f"- item {n} {'word ' * 10}end" for n in range(3)]
    introduction = "What you get with it:"
    text = "\n".join([sentence(1, 16), "", introduction, "", *items])
    found = texts(text, max_words=20)
    assert found[0] == sentence(1, 16)
    assert found[1].startswith(introduction)
    assert [text.split("\n")[-1] for text in found[1:]] == items


def test_a_hash_in_a_code_block_is_no_heading() -> None:
    text = "# Install\n\n```\n# not a heading\n\nmake\n```\n\nDone."
    assert headings(text) == [("Install",)]


def test_small_sections_share_a_chunk_only_under_the_same_heading() -> None:
    text = "# Hours\n\n## Monday\n\n9 to 5.\n\n## Tuesday\n\n9 to 1.\n\n# Fees\n\n## Basic\n\nNone."
    assert list(zip(texts(text), headings(text), strict=True)) == [
        ("## Monday\n\n9 to 5.\n\n## Tuesday\n\n9 to 1.", ("Hours",)),
        ("None.", ("Fees", "Basic")),
    ]


def test_a_heading_with_nothing_under_it_is_found_by_its_own_text() -> None:
    text = "# Menu\n\n## Soup of the day\n\n## Cake\n\nApple."
    assert list(zip(texts(text), headings(text), strict=True)) == [
        ("Soup of the day", ("Menu",)),
        ("Apple.", ("Menu", "Cake")),
    ]


WORDS = st.lists(st.sampled_from(["a", "word.", "Second", "3.5", "é", "“So!”", "退款"]), min_size=1)
BLOCKS = st.one_of(
    WORDS.map(" ".join),
    WORDS.map(lambda words: f"- {' '.join(words)}"),
    WORDS.map(lambda words: f"| {' | '.join(words)} |\n| --- |\n| {' | '.join(words)} |"),
    st.tuples(st.integers(1, 4), st.sampled_from(["One", "Two", "Three"])).map(
        lambda pair: f"{'#' * pair[0]} {pair[1]}"
    ),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(BLOCKS, max_size=12), st.sampled_from(["\n\n", "\n\n\n"]), st.integers(4, 40))
def test_chunks_hold_every_character_but_headings_and_blanks_once(
    blocks: list[str], gap: str, max_words: int
) -> None:
    text = gap.join(blocks)
    found = chunk(text, [], max_words)
    held = [0] * len(text)
    for c in found:
        passage = text[c.start : c.end]
        assert passage
        assert passage == passage.strip()
        assert not HEADING.fullmatch(passage.rsplit("\n", 1)[-1])
        for index in range(c.start, c.end):
            held[index] += 1
    start = 0
    for line in text.split("\n"):
        for index, character in enumerate(line, start):
            if not character.isspace():
                assert held[index] <= 1 if HEADING.fullmatch(line) else held[index] == 1
        start += len(line) + 1
