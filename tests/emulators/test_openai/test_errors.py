"""What the API does not take, fault switches and the call log."""

import openai
import pytest
import urllib3

MODEL = "gpt-6-luna"
HELLO = [{"role": "user", "content": "Hello"}]
TOOL = {"type": "function", "function": {"name": "book", "parameters": {"type": "object"}}}


@pytest.mark.parametrize(
    ("asked", "param", "code"),
    [
        ({"max_tokens": 10}, "max_tokens", "unsupported_parameter"),
        ({"temperature": 0}, "temperature", "unsupported_value"),
        ({"top_p": 0.5}, "top_p", "unsupported_value"),
        ({"tools": [TOOL]}, "reasoning_effort", None),
        ({"reasoning_effort": "extreme"}, "reasoning_effort", "invalid_value"),
        ({"temperature": 3, "reasoning_effort": "none"}, "temperature", "decimal_above_max_value"),
        ({"messages": []}, "messages", "empty_array"),
        ({"messages": None}, "messages", "missing_required_parameter"),
        ({"messages": ["Hello"]}, "messages[0]", "invalid_type"),
        ({"messages": [{"role": "pirate", "content": "x"}]}, "messages[0].role", "invalid_value"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content", "invalid_type"),
        (
            {"messages": [{"role": "tool", "content": "x", "tool_call_id": "call_1"}]},
            "messages[0].role",
            None,
        ),
        ({"response_format": {"type": "json_object"}}, "messages", None),
        ({"extra_body": {"flavour": "sweet"}}, "flavour", "unknown_parameter"),
        ({"model": "gpt-5", "reasoning_effort": "none"}, "reasoning_effort", "unsupported_value"),
    ],
)
def test_what_a_current_model_does_not_take_is_refused(client, asked, param, code):
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(**{"model": MODEL, "messages": HELLO, **asked})
    assert (refused.value.param, refused.value.code) == (param, code)


@pytest.mark.parametrize(
    "asked",
    [
        {"temperature": 0, "reasoning_effort": "none"},
        {"tools": [TOOL], "tool_choice": "none", "reasoning_effort": "none"},
        {"model": "gpt-4o-mini", "temperature": 0, "max_tokens": 10},
        {"model": "gpt-5.4-mini-2026-03-17"},
    ],
)
def test_what_a_current_model_takes_is_taken(client, asked):
    completion = client.chat.completions.create(**{"model": MODEL, "messages": HELLO, **asked})
    assert completion.choices[0].message.content


def test_an_unknown_model_is_not_found(client):
    with pytest.raises(openai.NotFoundError) as refused:
        client.chat.completions.create(model="gpt-6-lunar", messages=HELLO)
    assert refused.value.code == "model_not_found"


def test_a_key_must_start_with_sk(client):
    with pytest.raises(openai.AuthenticationError) as refused:
        client.with_options(api_key="wrong-key-0123456789").models.list()
    assert refused.value.code == "invalid_api_key"
    assert "wrong-key-0123456789" not in refused.value.message


def test_a_request_without_a_key_is_told_how_to_send_one(address):
    answer = urllib3.request("GET", f"{address}/v1/models")
    assert answer.status == 401
    assert "Bearer YOUR_KEY" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", "/v1/audio", 404), ("DELETE", "/v1/models", 405), ("POST", "/v1/embeddings", 400)],
)
def test_every_error_has_the_body_of_the_api(address, method, path, status):
    headers = {"Authorization": "Bearer sk-test"}
    answer = urllib3.request(method, address + path, headers=headers, body=b"{")
    assert answer.status == status
    assert answer.json()["error"].keys() == {"message", "type", "param", "code"}


def test_answers_carry_a_request_id_and_the_rate_limits(client):
    answer = client.models.with_raw_response.list()
    assert answer.headers["x-request-id"].startswith("req_")
    assert int(answer.headers["x-ratelimit-remaining-requests"]) > 0


def test_a_rate_limit_says_when_to_come_back(client, break_next):
    break_next(path="/chat", status=429)
    with pytest.raises(openai.RateLimitError) as refused:
        client.chat.completions.create(model=MODEL, messages=HELLO)
    assert refused.value.code == "rate_limit_exceeded"
    assert refused.value.response.headers["retry-after"] == "1"


def test_the_client_comes_back_after_faults_that_pass(client, break_next, calls):
    break_next(path="/chat", status=429, times=2, headers={"retry-after-ms": "5"})
    patient = client.with_options(max_retries=2)
    assert patient.chat.completions.create(model=MODEL, messages=HELLO).choices
    assert [call["retry"] for call in calls()] == [0, 1, 2]


def test_a_spent_quota_is_told_from_a_rate_limit(client, break_next):
    break_next(status=429, code="credit_balance_exhausted")
    with pytest.raises(openai.RateLimitError) as refused:
        client.models.list()
    assert (refused.value.type, refused.value.code) == (
        "insufficient_quota",
        "credit_balance_exhausted",
    )


def test_a_broken_server_answers_500_on_that_path_alone(client, break_next):
    break_next(path="/embeddings", status=500)
    assert client.models.list().data
    with pytest.raises(openai.InternalServerError) as refused:
        client.embeddings.create(model="text-embedding-3-small", input="a")
    assert refused.value.type == "server_error"


def test_a_slow_server_runs_into_the_timeout_of_the_client(client, break_next):
    break_next(delay=1.5)
    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=0.2).models.list()


def test_a_stream_can_break_off_in_the_middle(client, break_next):
    break_next(path="/responses", cut_after=6)
    events = client.responses.create(model=MODEL, input="Hello", stream=True)
    seen = []
    with pytest.raises(openai.APIConnectionError):
        seen.extend(event.type for event in events)
    assert "response.completed" not in seen


def test_an_unknown_fault_switch_is_refused(address):
    answer = urllib3.request("POST", f"{address}/_emulator/faults", json={"stattus": 500})
    assert answer.status == 422


def test_the_call_log_shows_what_was_asked(client, calls):
    client.embeddings.create(model="text-embedding-3-small", input="a", encoding_format="float")
    (call,) = calls()
    assert (call["method"], call["path"]) == ("POST", "/v1/embeddings")
    assert call["body"]["input"] == "a"


def test_the_server_tells_its_health_without_a_key(address):
    assert urllib3.request("GET", f"{address}/_emulator/health").json()["status"] == "ok"
