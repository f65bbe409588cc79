"""GCRA: never more than it promises, and exact about what is left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.gateway.limits import CAPACITY, Limiter


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(
    count=st.integers(1, 50),
    seconds=st.integers(1, 100),
    burst=st.integers(1, 50),
    gaps=st.lists(st.floats(0, 20), max_size=100),
)
def test_no_window_ever_passes_more_than_burst_and_rate(count, seconds, burst, gaps) -> None:
    clock = Clock()
    limiter = Limiter(count, seconds, burst, clock=clock)
    passed: list[float] = []
    for gap in gaps:
        clock.now += gap
        if not limiter.take("key").wait:
            passed.append(clock.now)
    for first, began in enumerate(passed):
        for last in range(first, len(passed)):
            allowed = burst + (passed[last] - began) * count / seconds
            assert last - first + 1 <= allowed + 1e-3


@given(burst=st.integers(1, 20), used=st.integers(0, 20))
def test_remaining_counts_down_to_none(burst, used) -> None:
    limiter = Limiter(10, 60, burst, clock=Clock())
    for already in range(min(used, burst)):
        assert limiter.take("key").remaining == burst - already - 1
    if used >= burst:
        assert limiter.take("key").wait > 0


def test_waiting_as_long_as_told_is_enough_and_less_is_not() -> None:
    clock = Clock()
    limiter = Limiter(6, 60, 1, clock=clock)
    limiter.take("key")
    wait = limiter.take("key").wait
    assert wait == pytest.approx(10)
    clock.now += wait - 0.01
    assert limiter.take("key").wait > 0
    clock.now += 0.01
    assert limiter.take("key").wait == 0


def test_a_refused_request_costs_nothing() -> None:
    clock = Clock()
    limiter = Limiter(1, 1, clock=clock)
    limiter.take("key")
    for _ in range(100):
        limiter.take("key")
    clock.now += 1
    assert limiter.take("key").wait == 0


def test_keys_do_not_disturb_each_other_and_old_ones_are_forgotten() -> None:
    limiter = Limiter(1, 3600, clock=Clock())
    assert limiter.take("first").wait == 0
    assert limiter.take("first").wait > 0
    for number in range(CAPACITY):
        assert limiter.take(number).wait == 0
    assert limiter.take("first").wait == 0
    assert limiter.take(CAPACITY - 1).wait > 0


@pytest.mark.parametrize(("text", "burst"), [("6000/60/1000", "1000"), ("30/60", "30")])
def test_a_limit_is_read_from_text(text, burst) -> None:
    assert Limiter.parse(text).take("key").headers()["RateLimit-Limit"] == burst


@pytest.mark.parametrize("text", ["", "30", "a/b", "1/2/3/4"])
def test_a_limit_that_cannot_be_read_is_an_error_at_start(text) -> None:
    with pytest.raises(ValueError):
        Limiter.parse(text)
