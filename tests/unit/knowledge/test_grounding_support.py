"""The proof of a sentence in a source, against models that lie about what matters."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.knowledge.grounding.sentences import sentence_spans
from shared.knowledge.grounding.support import locate

SOURCE = """# Plans and terms

Basic is $10 a month, Pro is $20 a month. Team costs $40 monthly or $400 yearly. We do not refund
partial months, but you can cancel at any time. We *don’t* sell your data.

Refunds are available only if you cancel within thirty (30) days of purchase. Our office is open
Monday to Friday, 9:00 to 17:00. Bookings must be cancelled at least 24 hours before the
appointment. Late arrivals after 15 minutes may be charged €25.00.

| Plan | Monthly | Yearly | Storage |
| --- | --- | --- | --- |
| Starter | $9 | $90 | 5 GB |
| Studio | $1,029 | $10,290 | 50 GB |

- Data is encrypted at rest with AES-256.
- Write to help@acme.example, call +1 555 0100 or see https://acme.example/help.

The policy was last updated on 3 May 2026. "Fair use" means 100 uploads a day.
## Do we offer parking?
Ask Maria Lopez at the desk [2] of Hotel Alpha."""


@pytest.mark.parametrize(
    ("said", "span"),
    [
        ("You can cancel at any time.", "you can cancel at any time."),
        ("Basic is $10 a month.", "Basic is $10 a month"),
        ("We don't sell   your data.", "We *don’t* sell your data."),
        ("**Data is encrypted** at rest with AES-256", "Data is encrypted at rest with AES-256"),
        ("| Starter | $9 | $90 | 5 GB |", "| Starter | $9 | $90 | 5 GB |"),
        (
            "Ask Maria Lopez at the desk ［2］ of Hotel Alpha.",
            "Ask Maria Lopez at the desk [2] of Hotel Alpha.",
        ),
    ],
)
def test_a_quotation_is_found_where_it_stands(said: str, span: str) -> None:
    found = locate(said, SOURCE)
    assert found is not None
    assert SOURCE[slice(*found)] == span


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("The Pro plan is $20 a month.", "Pro is $20 a month"),
        ("Team costs $400 yearly.", "Team costs"),
        ("We won't refund partial months.", "do not refund"),
        ("You get a refund only if you cancel within 30 days of your purchase.", "thirty (30)"),
        ("The office is open from Monday to Friday, from 9 am to 5 pm.", "9:00 to 17:00"),
        ("You must cancel a booking at least 24 hours before your appointment.", "24 hours"),
        ("The Studio plan costs $1029 monthly and has 50 GB of storage.", "| Studio |"),
        ("The policy was last updated on 2026-05-03.", "3 May 2026"),
        ("Late arrivals after fifteen minutes may be charged 25 euros.", "€25.00"),
    ],
)
def test_other_words_for_the_same_facts_are_proven(said: str, part: str) -> None:
    found = locate(said, SOURCE)
    assert found is not None
    assert part in SOURCE[slice(*found)]


@pytest.mark.parametrize(
    "lie",
    [
        "Basic is $20 a month.",
        "Pro is $10 a month.",
        "Basic is €10 a month.",
        "Basic is $10 a year.",
        "You cannot cancel at any time.",
        "We refund partial months.",
        "refund partial months",
        "We sell your data.",
        "Refunds are available.",
        "Refunds are available if you cancel within 30 days of purchase.",
        "Refunds are available only if you cancel within 60 days of purchase.",
        "Refunds are available only if you cancel within sixty days of purchase.",
        "The office is open from Monday to Saturday, from 9:00 to 17:00.",
        "The office is open from Monday to Friday, from 9 am to 6 pm.",
        "Bookings must be cancelled at least 24 days before the appointment.",
        "Bookings must be cancelled at most 24 hours before the appointment.",
        "Bookings must be cancelled at least 24 hours after the appointment.",
        "Late arrivals after 25 minutes may be charged €15.00.",
        "The Starter plan costs $1,029 monthly.",
        "Data is encrypted at rest with AES-128.",
        "Write to help@evil.example or call +1 555 0100.",
        "See https://evil.example/help to write or call.",
        "The policy was last updated on 4 May 2026.",
        "The policy was last updated on 3 June 2026.",
        '"Unfair use" means 100 uploads a day.',
        "Ask Peter Lopez at the desk of Hotel Alpha.",
        "Ask Maria Lopez at the desk of Hotel Omega.",
        "We offer parking.",
        "The weather is fine today.",
        "",
        "2",
    ],
)
def test_a_changed_fact_is_not_proven(lie: str) -> None:
    assert locate(lie, SOURCE) is None


def test_part_of_a_number_is_not_the_number() -> None:
    assert locate("It costs 1", "It costs 1.50 a day.") is None
    assert locate("The price is 5 euros", "The price is 15 euros.") is None


def test_a_quotation_does_not_lose_the_no_before_it() -> None:
    assert locate("refunds are available", "It is not true that refunds are available.") is None


def test_a_number_does_not_borrow_from_the_next_sentence() -> None:
    source = "Delivery takes two days. Returns take ten days."
    assert locate("Delivery takes ten days.", source) is None


@given(st.data())
def test_every_sentence_of_a_source_is_proven_by_an_exact_span(data: st.DataObject) -> None:
    spans = [
        span for span in sentence_spans(SOURCE) if re.search(r"^[^#].*[a-z]", SOURCE[slice(*span)])
    ]
    start, end = data.draw(st.sampled_from(spans))
    found = locate(SOURCE[start:end], SOURCE)
    assert found is not None
    assert start <= found[0] < found[1] <= end
    assert SOURCE[slice(*found)].strip("#*- .") == SOURCE[start:end].strip("#*- .")


@given(st.data())
def test_no_number_of_a_sentence_can_be_changed(data: st.DataObject) -> None:
    numbers = list(re.finditer(r"(?<![\w.])\d+(?!\w)", SOURCE))
    number = data.draw(st.sampled_from(numbers))
    other = data.draw(st.integers(101, 999).map(str).filter(lambda n: n not in SOURCE))
    spans = sentence_spans(SOURCE)
    start, end = next(span for span in spans if span[0] <= number.start() < span[1])
    assert (
        locate(SOURCE[start : number.start()] + other + SOURCE[number.end() : end], SOURCE) is None
    )


@given(st.text(), st.text())
def test_any_text_can_be_asked_for_in_any_other(said: str, source: str) -> None:
    found = locate(said, source)
    assert found is None or 0 <= found[0] < found[1] <= len(source)
