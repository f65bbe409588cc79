"""The extractive engine: what it quotes, and when it refuses."""

import pytest

REFUNDS = (
    "# Refunds\n\nBad refund policies are infuriating. If you forgot to cancel and have not used "
    "your account since, we give you a full refund.\n\n* Partial refunds are decided case by case."
)
SLA = (
    "## What is uptime?\n\nWe guarantee 99.99% monthly uptime to large teams. "
    "Credits are automatic."
)
PRICES = (
    "| Plan | Price | Seats |\n|---|---|---|\n| Basic | 15 EUR a month | 3 |\n"
    "| Team | 49 EUR a month | 20 |"
)
FAQ = (
    "Do you have parking?\nYes, behind the building.\n\n"
    "Do you take dogs?\nOnly small ones, on a lead."
)
FORGOT = (
    "If you forgot to cancel and have not used your account since, we give you a full refund. [1]"
)


def test_a_question_is_answered_by_the_sentence_that_holds_the_answer(ask):
    answer = ask("Can I get my money back if I forgot to cancel?", REFUNDS, SLA)
    assert answer.startswith(FORGOT)


def test_the_citation_names_the_source_of_the_sentence(ask):
    answer = ask("What uptime is guaranteed?", REFUNDS, SLA)
    assert answer.startswith("We guarantee 99.99% monthly uptime to large teams. [2]")


def test_a_table_row_is_quoted_whole(ask):
    answer = ask("What does the Team plan cost?", REFUNDS, PRICES)
    assert answer.startswith("| Team | 49 EUR a month | 20 | [2]")


def test_a_list_item_is_quoted_without_its_bullet(ask):
    answer = ask("How are partial refunds decided?", REFUNDS)
    assert answer.startswith("Partial refunds are decided case by case. [1]")


def test_the_answer_under_a_question_is_quoted_not_the_question(ask):
    assert ask("Is there somewhere to park?", FAQ).startswith("Yes, behind the building. [1]")


def test_a_sentence_that_runs_over_a_line_break_is_quoted_as_it_stands(ask):
    wrapped = (
        "Guests may check in from three in the afternoon on any day of\nthe week at the front desk."
    )
    assert ask("When can guests check in?", wrapped) == f"{wrapped} [1]"


def test_abbreviations_do_not_end_a_sentence(ask):
    sentence = "Dr. Miller sees patients, e.g. children, on Mondays."
    assert ask("When does Dr. Miller see patients?", sentence) == f"{sentence} [1]"


def test_a_sentence_that_says_what_was_asked_answers_yes(ask):
    assert ask("Is parking free?", "Parking is free.", REFUNDS).startswith("Parking is free. [1]")


@pytest.mark.parametrize(
    "question",
    ["What is the price of a cinema ticket?", "Who won the world cup?", "Do you sell bicycles?"],
)
def test_a_question_the_sources_do_not_answer_is_refused(ask, question):
    assert ask(question, REFUNDS, SLA) == "I don't know based on the documents I have."


def test_the_refusal_is_the_sentence_the_prompt_names(ask):
    assert ask("Who won the world cup?", SLA, refusal="Please call us.") == "Please call us."


def test_without_sources_the_engine_refuses(ask):
    assert ask("What uptime is guaranteed?", refusal="No idea.") == "No idea."


def test_a_numbered_line_inside_a_source_does_not_start_a_new_one(ask):
    steps = "To reset your password follow these steps.\n[1] Open the settings page first."
    assert ask("Which page do I open first?", REFUNDS, steps).startswith(
        "[1] Open the settings page first. [2]"
    )


@pytest.mark.parametrize("opening", ["", "Hello! ", "One more thing: ", "Please tell me: "])
def test_an_opening_before_the_question_changes_nothing(ask, opening):
    source = "The studio opens at eight on Thursdays."
    assert ask(f"{opening}When do you open on Thursday?", source) == f"{source} [1]"
