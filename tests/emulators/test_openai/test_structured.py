"""Structured outputs: strict schemas, and what the filler puts into them."""

from enum import StrEnum

import openai
import pytest
from pydantic import BaseModel

MODEL = "gpt-6-luna"


class Intent(StrEnum):
    payment = "payment"
    refund = "refund"
    opening_hours = "opening_hours"


class Person(BaseModel):
    email: str | None
    phone: str | None


class Request(BaseModel):
    intent: Intent
    amount: float | None
    currency: str | None
    person: Person
    confidence: float


class Node(BaseModel):
    email: str | None
    child: "Node | None"


def parse(client, text, model, system="Extract."):
    completion = client.chat.completions.parse(
        model=MODEL,
        messages=[{"role": "system", "content": system}, {"role": "user", "content": text}],
        response_format=model,
    )
    return completion.choices[0].message.parsed


def test_a_schema_is_filled_with_what_the_text_states(client):
    text = "I want a refund of 1,250.50 EUR, write to jo@example.com"
    assert parse(client, text, Request) == Request(
        intent=Intent.refund,
        amount=1250.5,
        currency="EUR",
        person=Person(email="jo@example.com", phone=None),
        confidence=0.9,
    )


def test_what_the_text_does_not_state_is_null(client):
    filled = parse(client, "When are you open on Sundays?", Request)
    assert (filled.amount, filled.currency, filled.person.email) == (None, None, None)


def test_a_choice_the_text_does_not_name_is_the_nearest_and_less_certain(client):
    filled = parse(client, "When are you open on Sundays?", Request)
    assert filled.intent == Intent.opening_hours
    assert filled.confidence < 0.9


def test_a_schema_that_refers_to_itself_comes_to_an_end(client):
    assert parse(client, "jo@example.com", Node).email == "jo@example.com"


def test_a_field_called_answer_is_answered_from_the_sources(client):
    class Answer(BaseModel):
        answer: str

    filled = parse(client, "When do you open?", Answer, system="[1] We open at nine.")
    assert filled.answer == "We open at nine. [1]"


def schema_of(**changes):
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
        "required": ["name", "age"],
        "additionalProperties": False,
    }
    return {**schema, **changes}


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        (schema_of(additionalProperties=True), "'additionalProperties' is required"),
        (schema_of(required=["name"]), "Missing 'age'"),
        (
            schema_of(
                properties={"list": {"type": "array", "items": schema_of(required=[])}},
                required=["list"],
            ),
            "('properties', 'list', 'items')",
        ),
        ({"type": "array"}, 'type: "object"'),
    ],
)
def test_a_strict_schema_that_is_not_strict_is_refused(client, schema, told):
    wanted = {"name": "person", "strict": True, "schema": schema}
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": "Jo, 30"}],
            response_format={"type": "json_schema", "json_schema": wanted},
        )
    assert told in refused.value.message
    assert refused.value.param == "response_format"


def test_a_loose_schema_is_taken_as_it_is(client):
    wanted = {"name": "person", "schema": schema_of(additionalProperties=True)}
    completion = client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "Jo is 30"}],
        response_format={"type": "json_schema", "json_schema": wanted},
    )
    assert completion.choices[0].message.content == '{"name": "Jo is 30", "age": 30}'
