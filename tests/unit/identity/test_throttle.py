"""Failed logins wait longer and longer, and are forgotten after half a day."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identity import throttle

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
COUNTS = st.integers(0, 10**9)
SECONDS = st.floats(0, 86_400)


def later(seconds):
    return NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (1, 0), (5, 0), (6, 1), (7, 2), (8, 4), (15, 512), (16, 900), (17, 900), (10**9, 900)],
)
def test_five_failures_are_free_and_then_the_delay_doubles_up_to_fifteen_minutes(failures, seconds):
    assert throttle.wait(failures, NOON, NOON) == seconds


def test_the_wait_runs_down_and_is_rounded_up():
    assert throttle.wait(8, NOON, later(0.5)) == 4
    assert throttle.wait(8, NOON, later(3.5)) == 1
    assert throttle.wait(8, NOON, later(4)) == 0


def test_half_a_day_without_a_failure_clears_the_account():
    record = throttle.failed(None, "acc_1", NOON)
    for _ in range(30):
        record = throttle.failed(record, "acc_1", NOON)
    assert record.failures == 31
    assert throttle.failed(record, "acc_1", later(12 * 3600)).failures == 1


def test_a_clock_behind_neither_lengthens_the_wait_nor_turns_back_the_record():
    record = throttle.failed(None, "acc_1", NOON)
    assert throttle.wait(6, NOON, later(-30)) == 1
    assert throttle.failed(record, "acc_1", later(-30)).last_failure_at == NOON


@given(COUNTS, SECONDS)
def test_nobody_ever_waits_longer_than_fifteen_minutes(failures, elapsed):
    assert 0 <= throttle.wait(failures, NOON, later(elapsed)) <= 900


@given(COUNTS, COUNTS, SECONDS)
def test_more_failures_never_shorten_the_wait(some, more, elapsed):
    fewer, many = sorted((some, some + more))
    now = later(elapsed)
    assert throttle.wait(fewer, NOON, now) <= throttle.wait(many, NOON, now)


@given(COUNTS, SECONDS)
def test_who_waits_as_told_may_try(failures, elapsed):
    seconds = throttle.wait(failures, NOON, later(elapsed))
    assert throttle.wait(failures, NOON, later(elapsed + seconds)) == 0


def test_an_attacker_who_never_rests_gets_about_a_hundred_guesses_a_day():
    now, guesses, record = NOON, 0, None
    while now < NOON + timedelta(days=1):
        record = throttle.failed(record, "acc_1", now)
        guesses += 1
        now += timedelta(seconds=throttle.wait(record.failures, record.last_failure_at, now))
    assert guesses < 120
