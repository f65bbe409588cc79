"""Answers whose every sentence is proven, or an honest refusal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.answers import Grounded
from shared.contracts.knowledge import SearchHit
from shared.knowledge.grounding.answering import Grounding, check
from shared.knowledge.grounding.claims import claims

REFUSAL = "I don't know. The documents I have do not answer that."
DOCUMENTS = {
    "doc_refunds": (
        "# Refunds\nWe refund every purchase within 30 days. Gift cards are not refunded."
    ),
    "doc_plans": "# Plans\nThe Basic plan costs $10 a month. It includes breakfast.",
}


def hits(score: float = 0.8) -> list[SearchHit]:
    """The second line of each document, found in this order."""
    return [
        SearchHit(
            document_id=name,
            external_id=f"ext-{name}",
            version=4,
            page=2,
            start=text.index("\n") + 1,
            end=len(text),
            text=text.partition("\n")[2],
            score=score,
            cosine=score / 2,
        )
        for name, text in DOCUMENTS.items()
    ]


def answer(said: str, question: str = "Can I get a refund?", score: float = 0.8) -> Grounded:
    grounding = Grounding(question, hits(score), REFUSAL)
    for claim in claims(said):
        grounding.add(claim)
    return grounding.finish()


def test_a_proven_sentence_is_cited_with_document_page_and_place() -> None:
    grounded = answer("We refund every purchase within 30 days. [1]")
    assert grounded.answer == "We refund every purchase within 30 days. [1]"
    (citation,) = grounded.citations
    assert (citation.document_id, citation.external_id) == ("doc_refunds", "ext-doc_refunds")
    assert (citation.version, citation.page, citation.start) == (4, 2, 10)
    assert citation.text == "We refund every purchase within 30 days."
    assert check(citation, DOCUMENTS["doc_refunds"])


def test_a_citation_that_is_not_letter_for_letter_in_the_text_fails_the_check() -> None:
    (citation,) = answer("We refund every purchase within 30 days. [1]").citations
    assert not check(citation, DOCUMENTS["doc_refunds"].replace("30", "60"))


def test_numbers_in_the_answer_count_its_own_citations() -> None:
    grounded = answer("The Basic plan costs $10 a month [2]. Gift cards are not refunded [1].")
    assert grounded.answer == (
        "The Basic plan costs $10 a month. [1] Gift cards are not refunded. [2]"
    )
    assert [c.document_id for c in grounded.citations] == ["doc_plans", "doc_refunds"]


def test_the_same_place_is_cited_under_one_number() -> None:
    grounded = answer("It includes breakfast. [2] Breakfast: it includes breakfast. [2]")
    assert len(grounded.citations) == 1
    assert grounded.answer.count("[1]") == 2


def test_a_sentence_said_twice_is_answered_once() -> None:
    assert answer("It includes breakfast. [2] It includes  breakfast. [2]").answer == (
        "It includes breakfast. [1]"
    )


@pytest.mark.parametrize(
    "lie",
    [
        "We refund every purchase within 60 days. [1]",
        "Gift cards are refunded. [1]",
        "The Basic plan costs $10 a month. [1]",
        "The Basic plan costs $10 a month. [7]",
        "Pay at https://evil.example today. [1]",
    ],
)
def test_a_lie_is_left_out_of_the_answer(lie: str) -> None:
    grounded = answer(f"{lie} It includes breakfast. [2]")
    assert grounded.answer == "It includes breakfast. [1]"


def test_nothing_but_lies_is_a_refusal() -> None:
    grounded = answer("We refund every purchase within 60 days. [1]")
    assert (grounded.answer, grounded.answered) == (REFUSAL, False)
    assert (grounded.citations, grounded.confidence) == ([], 0)


def test_an_uncited_sentence_that_stands_in_a_source_is_cited() -> None:
    assert answer("It includes breakfast.").answer == "It includes breakfast. [1]"


def test_after_a_refusal_nothing_more_is_taken_from_the_model() -> None:
    grounded = answer(f"{REFUSAL} It includes breakfast. [2]")
    assert (grounded.answer, grounded.answered) == (REFUSAL, False)


def test_a_refusal_names_what_the_documents_lack() -> None:
    grounded = answer(REFUSAL, question="Hello! What is the price of a cinema ticket?")
    assert grounded.missing == 'Nothing in the documents about "price of a cinema ticket".'


def test_an_answer_names_the_part_of_the_question_it_leaves_open() -> None:
    grounded = answer(
        "It includes breakfast. [2]", "Is breakfast included, and do you have a sauna?"
    )
    assert grounded.missing == 'Nothing in the documents about "sauna".'


def test_an_answer_in_other_words_than_the_question_lacks_nothing() -> None:
    grounded = answer("We refund every purchase within 30 days. [1]", "Do I get my money back?")
    assert grounded.missing is None


def test_the_pieces_told_while_streaming_are_the_answer() -> None:
    grounding = Grounding("What is in it?", hits(), REFUSAL)
    said = "It includes breakfast. [2] It is free. [1]\n- Gift cards are not refunded [1]"
    pieces = [grounding.add(claim) for claim in claims(said)]
    assert [piece is None for piece in pieces] == [False, True, False]
    assert "".join(piece for piece in pieces if piece) == grounding.finish().answer
    assert grounding.finish().answer.splitlines()[1] == "- Gift cards are not refunded [2]"


def test_confidence_falls_with_relevance_and_with_every_unproven_sentence() -> None:
    proven = "We refund every purchase within 30 days. [1]"
    sure = answer(proven).confidence
    assert 0 < answer(proven, score=0.2).confidence < sure <= 1
    assert answer(f"{proven} We refund in cash. [1]").confidence == pytest.approx(
        sure / 2, abs=0.01
    )


@given(
    st.lists(
        st.sampled_from(
            [
                "It includes breakfast.",
                "Gift cards are not refunded",
                "Gift cards are refunded.",
                " [1]",
                " [2]",
                "[9]",
                "\n",
                REFUSAL,
                "See [3] ［4］.",
            ]
        )
    ).map("".join),
    st.text(),
)
def test_whatever_a_model_says_every_citation_is_exact_and_every_number_is_one(
    said: str, question: str
) -> None:
    grounded = answer(said, question)
    assert all(check(citation, DOCUMENTS[citation.document_id]) for citation in grounded.citations)
    for number in range(1, len(grounded.citations) + 1):
        assert f"[{number}]" in grounded.answer
    assert f"[{len(grounded.citations) + 1}]" not in grounded.answer
    assert grounded.answered == bool(grounded.citations)
