"""POST /v1/chat/completions through the official client."""

import json

import pytest

MODEL = "gpt-6-luna"
SOURCES = {"role": "system", "content": "[1] We open at nine. Parking is behind the house."}
QUESTION = {"role": "user", "content": "When do you open?"}
BOOK = {
    "type": "function",
    "function": {
        "name": "book_appointment",
        "description": "Book an appointment on a date",
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {"date": {"type": "string"}, "guests": {"type": "integer"}},
            "required": ["date", "guests"],
            "additionalProperties": False,
        },
    },
}
WISH = {"role": "user", "content": "Book an appointment for 3 people on 2026-12-01"}


def complete(client, *messages, **more):
    return client.chat.completions.create(model=MODEL, messages=list(messages), **more)


def test_an_answer_comes_with_its_usage(client):
    completion = complete(client, SOURCES, QUESTION)
    assert completion.choices[0].message.content == "We open at nine. [1]"
    assert completion.choices[0].finish_reason == "stop"
    usage = completion.usage
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


def test_a_stream_adds_up_to_the_plain_answer(client):
    chunks = list(complete(client, SOURCES, QUESTION, stream=True))
    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert deltas[0].role == "assistant"
    assert "".join(delta.content or "" for delta in deltas) == "We open at nine. [1]"
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_a_stream_ends_with_its_usage_if_asked(client):
    options = {"include_usage": True}
    *chunks, last = complete(client, SOURCES, QUESTION, stream=True, stream_options=options)
    assert last.choices == []
    assert last.usage == complete(client, SOURCES, QUESTION).usage
    assert all(chunk.usage is None for chunk in chunks)


def test_an_answer_over_its_limit_is_cut(client):
    completion = complete(client, SOURCES, QUESTION, max_completion_tokens=2)
    assert completion.choices[0].message.content == "We open"
    assert completion.choices[0].finish_reason == "length"
    assert completion.usage.completion_tokens == 2


def test_the_last_user_message_is_the_question(client):
    earlier = {"role": "user", "content": "Is there parking?"}
    reply = {"role": "assistant", "content": "Parking is behind the house. [1]"}
    completion = complete(client, SOURCES, earlier, reply, QUESTION)
    assert completion.choices[0].message.content.startswith("We open at nine. [1]")


def test_a_tool_is_called_with_what_the_question_states(client):
    completion = complete(client, WISH, tools=[BOOK], reasoning_effort="none")
    (call,) = completion.choices[0].message.tool_calls
    assert completion.choices[0].finish_reason == "tool_calls"
    assert completion.choices[0].message.content is None
    assert call.function.name == "book_appointment"
    assert json.loads(call.function.arguments)["date"] == "2026-12-01"


def test_a_streamed_tool_call_adds_up(client):
    stream = complete(client, WISH, tools=[BOOK], reasoning_effort="none", stream=True)
    parts = [part for chunk in stream for part in chunk.choices[0].delta.tool_calls or []]
    assert parts[0].function.name == "book_appointment"
    assert parts[0].id.startswith("call_")
    arguments = "".join(part.function.arguments for part in parts)
    assert json.loads(arguments)["date"] == "2026-12-01"


def test_a_tool_far_from_the_question_is_not_called(client):
    completion = complete(client, SOURCES, QUESTION, tools=[BOOK], reasoning_effort="none")
    assert completion.choices[0].message.content == "We open at nine. [1]"


@pytest.mark.parametrize(
    "choice", ["required", {"type": "function", "function": {"name": "book_appointment"}}]
)
def test_a_required_tool_is_called_whatever_the_question(client, choice):
    asked = {"tools": [BOOK], "tool_choice": choice, "reasoning_effort": "none"}
    completion = complete(client, SOURCES, QUESTION, **asked)
    assert completion.choices[0].message.tool_calls[0].function.name == "book_appointment"


def test_a_tool_choice_of_none_answers_in_words(client):
    asked = {"tools": [BOOK], "tool_choice": "none", "reasoning_effort": "none"}
    assert complete(client, SOURCES, WISH, **asked).choices[0].message.tool_calls is None


def test_after_a_tool_has_answered_the_assistant_speaks(client):
    asked = {"tools": [BOOK], "reasoning_effort": "none"}
    turn = complete(client, WISH, **asked).choices[0].message
    told = {"role": "tool", "tool_call_id": turn.tool_calls[0].id, "content": "Booked for 10:00."}
    answer = complete(client, WISH, turn.model_dump(exclude_none=True), told, **asked)
    assert answer.choices[0].message.content == "Booked for 10:00."


def test_json_mode_answers_with_an_object(client):
    told = {"role": "developer", "content": "Answer in JSON."}
    asked = {"response_format": {"type": "json_object"}}
    completion = complete(client, SOURCES, told, QUESTION, **asked)
    assert json.loads(completion.choices[0].message.content) == {"answer": "We open at nine. [1]"}
