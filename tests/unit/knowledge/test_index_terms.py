"""How texts become terms."""

from __future__ import annotations

import pytest

from shared.knowledge.index.terms import query_terms, terms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("refund", "refunds"),
        ("cancelled", "cancel"),
        ("billing", "bill"),
        ("deliveries", "delivery"),
        ("days", "day"),
        ("Ｆull width", "full width"),
        ("STRASSE", "straße"),
    ],
)
def test_forms_of_a_word_meet_in_one_term(one: str, other: str) -> None:
    assert terms(one) == terms(other)


@pytest.mark.parametrize(("one", "other"), [("cancel", "cancer"), ("pass", "pas"), ("bus", "bug")])
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert terms(one) != terms(other)


def test_words_of_other_alphabets_are_kept_as_they_are() -> None:
    assert terms("Öffnungszeiten запись") == ["öffnungszeiten", "запись"]


def test_a_script_without_spaces_is_searched_by_pairs_of_characters() -> None:
    assert set(terms("営業時間")) & set(query_terms("本日の営業時間は")) == {"営業", "業時", "時間"}


def test_a_question_loses_its_stop_words_and_repetitions() -> None:
    assert query_terms("What is the price of the price list?") == ["pric", "list"]


def test_a_question_of_stop_words_alone_keeps_them() -> None:
    assert query_terms("Who are you?") == ["who", "are", "you"]
