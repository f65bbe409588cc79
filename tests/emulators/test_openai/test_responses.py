"""POST /v1/responses through the official client."""

import json

import openai
import pytest
from pydantic import BaseModel

MODEL = "gpt-6-luna"
SOURCES = "[1] We open at nine. Parking is behind the house."
BOOK = {
    "type": "function",
    "name": "book_appointment",
    "description": "Book an appointment on a date",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"date": {"type": "string"}},
        "required": ["date"],
        "additionalProperties": False,
    },
}
WISH = "Book an appointment on 2026-12-01"


def respond(client, question, **more):
    return client.responses.create(
        **{"model": MODEL, "instructions": SOURCES, "input": question, **more}
    )


def test_a_response_answers_from_its_instructions(client):
    response = respond(client, "When do you open?")
    assert response.output_text == "We open at nine. [1]"
    assert response.status == "completed"
    usage = response.usage
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens


def test_a_stream_sends_the_events_of_the_api_in_their_order(client):
    events = list(respond(client, "When do you open?", stream=True))
    kinds = list(dict.fromkeys(event.type for event in events))
    assert kinds == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == events[-1].response.output_text == "We open at nine. [1]"


def test_the_stream_helper_gathers_the_final_response(client):
    with client.responses.stream(model=MODEL, instructions=SOURCES, input="Parking?") as stream:
        assert stream.get_final_response().output_text == "Parking is behind the house. [1]"


def test_a_response_over_its_limit_is_incomplete(client):
    long = "[1] When we open: we open at nine from Monday to Friday, at ten on every Saturday."
    response = respond(client, "When do you open?", instructions=long, max_output_tokens=16)
    assert response.status == "incomplete"
    assert response.incomplete_details.reason == "max_output_tokens"
    assert response.usage.output_tokens == 16


def test_tools_need_no_reasoning_effort_here(client):
    (call,) = respond(client, WISH, tools=[BOOK]).output
    assert (call.type, call.name) == ("function_call", "book_appointment")
    assert json.loads(call.arguments) == {"date": "2026-12-01"}


def test_a_streamed_call_adds_up(client):
    events = list(respond(client, WISH, tools=[BOOK], stream=True))
    kind = "response.function_call_arguments"
    deltas = [event.delta for event in events if event.type == f"{kind}.delta"]
    (done,) = [event for event in events if event.type == f"{kind}.done"]
    assert "".join(deltas) == done.arguments == events[-1].response.output[0].arguments


def test_the_output_of_a_call_is_answered_in_words(client):
    (call,) = respond(client, WISH, tools=[BOOK]).output
    told = {"type": "function_call_output", "call_id": call.call_id, "output": "Booked for 10:00."}
    turns = [{"role": "user", "content": WISH}, call.model_dump(exclude_none=True), told]
    assert respond(client, turns, instructions="", tools=[BOOK]).output_text == "Booked for 10:00."


def test_a_conversation_goes_on_from_the_previous_response(client):
    first = respond(client, [{"role": "developer", "content": SOURCES}], instructions=None)
    second = respond(client, "When do you open?", instructions=None, previous_response_id=first.id)
    assert second.output_text == "We open at nine. [1]"


def test_an_unknown_previous_response_is_refused(client):
    with pytest.raises(openai.BadRequestError) as refused:
        respond(client, "And then?", previous_response_id="resp_0")
    assert refused.value.code == "previous_response_not_found"


def test_a_pydantic_model_is_parsed_from_a_response(client):
    class Wish(BaseModel):
        date: str

    response = client.responses.parse(model=MODEL, input=WISH, text_format=Wish)
    assert response.output_parsed == Wish(date="2026-12-01")


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"max_tokens": 100}, "max_tokens"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"reasoning_effort": "none"}, "reasoning_effort"),
        ({"flavour": "sweet"}, "flavour"),
    ],
)
def test_parameters_of_the_other_api_are_refused(client, asked, param):
    with pytest.raises(openai.BadRequestError) as refused:
        respond(client, "Hi", extra_body=asked)
    assert refused.value.param == param


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"temperature": 0}, "temperature"),
        ({"top_p": 0.5}, "top_p"),
        ({"max_output_tokens": 15}, "max_output_tokens"),
        ({"reasoning": {"effort": "extreme"}}, "reasoning.effort"),
        ({"input": [{"role": "tool", "content": "x"}]}, "input[0].role"),
        ({"text": {"format": {"type": "json_object"}}}, "input"),
    ],
)
def test_what_a_reasoning_model_does_not_take_is_refused(client, asked, param):
    with pytest.raises(openai.BadRequestError) as refused:
        respond(client, "Hi", **asked)
    assert refused.value.param == param


def test_without_reasoning_the_temperature_may_be_set(client):
    response = respond(client, "When do you open?", temperature=0, reasoning={"effort": "none"})
    assert response.output_text == "We open at nine. [1]"
