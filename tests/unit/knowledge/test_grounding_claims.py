"""What is read out of a model's text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.knowledge.grounding.claims import Claim, ClaimReader, claims


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is free. [1]", [("It is free.", (1,))]),
        ("It is free [1].", [("It is free.", (1,))]),
        ("It is free. [1][2]", [("It is free.", (1, 2))]),
        ("It is free [1, 3]. So is tea [2].", [("It is free.", (1, 3)), ("So is tea.", (2,))]),
        ("It is free. So is tea. [2]", [("It is free.", (2,)), ("So is tea.", (2,))]),
        ("You pay:\n- 5 euros [1]\n- 7.50 for two [2]", None),
        ("It costs 1.50 a day, e.g. in May [1]", [("It costs 1.50 a day, e.g. in May", (1,))]),
        ("I don't know.", [("I don't know.", ())]),
        ("See [our page](https://a.example) [1].", [("See [our page](https://a.example).", (1,))]),
        ("| Team | 29 | [1]", [("| Team | 29 |", (1,))]),
        ("", []),
        ("[1] ... [2]", []),
    ],
)
def test_sentences_go_with_the_sources_they_name(
    text: str, expected: list[tuple[str, tuple[int, ...]]] | None
) -> None:
    listed = [("You pay:", ()), ("- 5 euros", (1,)), ("- 7.50 for two", (2,))]
    assert claims(text) == [Claim(*claim) for claim in (listed if expected is None else expected)]


def test_a_line_broken_in_mid_sentence_is_one_sentence() -> None:
    text = "You can have all of your money back within\n30 days of the day you paid. [1]"
    assert [claim.sentence for claim in claims(text)] == [text[:-4]]


def test_a_claim_is_told_as_soon_as_its_citations_are_complete() -> None:
    reader = ClaimReader()
    assert reader.feed("It is free [1") == []
    assert reader.feed("]") == []
    assert reader.feed("[2]. S") == [Claim("It is free.", (1, 2))]
    assert reader.feed("o is tea [2]") == []
    assert reader.finish() == [Claim("So is tea", (2,))]


@given(
    st.lists(
        st.sampled_from(["It is free.", " Tea costs 2.50", "\n- one", " [1]", "[2]", ".", "\n\n"])
    ),
    st.integers(1, 9),
)
def test_a_text_in_pieces_makes_the_claims_of_the_whole(parts: list[str], size: int) -> None:
    text = "".join(parts)
    reader = ClaimReader()
    told = [
        claim for at in range(0, len(text), size) for claim in reader.feed(text[at : at + size])
    ]
    assert [*told, *reader.finish()] == claims(text)
