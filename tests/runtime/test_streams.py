"""Answers that are sent as they come: server-sent events."""

import json

from shared.runtime import Problem


def frames(response):
    """The events of a stream, each as the list of its lines."""
    return [frame.split("\n") for frame in response.get_data(as_text=True).split("\n\n") if frame]


def test_events_are_framed_as_the_standard_says(door):
    response = door("POST", "/v1/stories")
    assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Location"] == "/v1/stories/1"
    assert frames(response) == [
        ["retry: 1000"],
        ["id: 1", "event: word", 'data: {"text": "once\\nupon"}'],
        ["id: 2", "event: word", 'data: {"text":"a time"}'],
    ]


def test_an_event_is_sent_before_the_next_one_is_made(door):
    made = []
    door.orders.interrupt = lambda: made.append("second")
    response = door("POST", "/v1/stories", buffered=False)
    chunks = response.iter_encoded()
    assert next(chunks) == b"retry: 1000\n\n"
    assert b"once" in next(chunks)
    assert made == []
    assert b"a time" in next(chunks)
    assert made == ["second"]


def test_a_problem_on_the_way_ends_the_stream_with_it(door):
    def interrupt():
        raise Problem("unavailable", "The model does not answer.")

    door.orders.interrupt = interrupt
    response = door("POST", "/v1/stories")
    last = frames(response)[-1]
    assert last[0] == "event: problem"
    body = json.loads(last[1].removeprefix("data: "))
    assert (body["type"], body["status"]) == ("/problems/unavailable", 503)
    assert body["request_id"] == response.headers["X-Request-Id"]


def test_a_bug_on_the_way_is_told_in_a_line_and_logged_whole(door, lines):
    def interrupt():
        raise RuntimeError("the password is hunter2")

    door.orders.interrupt = interrupt
    response = door("POST", "/v1/stories")
    last = frames(response)[-1]
    assert last[0] == "event: problem"
    assert "internal-error" in last[1]
    assert "hunter2" not in response.get_data(as_text=True)
    (logged,) = [line for line in lines() if line["message"] == "unhandled error"]
    assert "hunter2" in logged["stack_trace"]


def test_a_listener_who_leaves_ends_the_making(door):
    ended = []
    tell = door.orders._story

    def story():
        try:
            yield from tell()
        finally:
            ended.append(True)

    door.orders._story = story
    response = door("POST", "/v1/stories", buffered=False)
    chunks = response.iter_encoded()
    next(chunks)
    next(chunks)
    response.close()
    assert ended == [True]
