"""Refresh tokens rotate; a used one gives the thief away, a lost answer logs nobody out."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.base import new_id
from shared.identity import credentials, sessions
from shared.identity.sessions import Expired, Replayed, Revoked, Rotated, Stolen, Unknown

TENANT, USER = new_id("ten"), new_id("usr")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def later(seconds):
    return NOON + timedelta(seconds=seconds)


def present(session, token, now):
    return sessions.rotate(session, credentials.parse(token.text), now)


@pytest.fixture
def started():
    return sessions.start(TENANT, USER, NOON)


def test_a_session_starts_with_a_token_that_names_it(started):
    parsed = credentials.parse(started.token.text)
    assert (parsed.kind, parsed.tenant_id, parsed.record_id) == (
        "refresh",
        TENANT,
        started.session.id,
    )
    assert parsed.matches(started.session.digest)
    assert started.session.user_id == USER


def test_a_live_token_is_exchanged_for_the_next_one(started):
    step = present(started.session, started.token, later(60))
    assert isinstance(step, Rotated)
    assert step.token.text != started.token.text
    assert credentials.parse(step.token.text).matches(step.session.digest)
    assert (step.session.counter, step.session.rotated_at) == (1, later(60))


@pytest.mark.parametrize("seconds", [-2, 0, 3, 10])
def test_the_token_just_replaced_gives_the_same_successor_for_ten_seconds(started, seconds):
    step = present(started.session, started.token, NOON)
    assert present(step.session, started.token, later(seconds)) == Replayed(step.token)


def test_the_token_just_replaced_means_theft_after_ten_seconds(started):
    step = present(started.session, started.token, NOON)
    outcome = present(step.session, started.token, later(10.001))
    assert isinstance(outcome, Stolen)
    assert outcome.session.revoked_at == later(10.001)


def test_a_token_two_rotations_old_means_theft_at_once(started):
    first = present(started.session, started.token, later(1))
    second = present(first.session, first.token, later(2))
    assert isinstance(present(second.session, started.token, later(3)), Stolen)


def test_after_theft_even_the_live_token_is_refused(started):
    step = present(started.session, started.token, NOON)
    stolen = present(step.session, started.token, later(60))
    assert present(stolen.session, step.token, later(61)) == Revoked()


def test_thief_and_owner_cannot_both_go_on(started):
    thief = present(started.session, started.token, later(100))
    owner = present(thief.session, started.token, later(200))
    assert isinstance(owner, Stolen)
    assert present(owner.session, thief.token, later(201)) == Revoked()


def test_a_made_up_token_is_refused_without_ending_the_session(started):
    made_up = credentials.make("refresh", TENANT, started.session.id)
    assert present(started.session, made_up, later(1)) == Unknown()


def test_a_token_of_another_session_is_unknown_here(started):
    other = sessions.start(TENANT, USER, NOON)
    assert present(started.session, other.token, later(1)) == Unknown()
    renamed = credentials.make(
        "refresh", TENANT, started.session.id, credentials.parse(other.token.text).secret
    )
    assert present(started.session, renamed, later(1)) == Unknown()


def test_the_secret_of_a_refresh_token_is_no_api_key(started):
    secret = credentials.parse(started.token.text).secret
    key = credentials.make("secret", TENANT, new_id("key"), secret)
    assert present(started.session, key, later(1)) == Unknown()


def test_an_idle_session_ends_after_a_week(started):
    week = timedelta(days=7)
    assert isinstance(present(started.session, started.token, NOON + week * 0.999), Rotated)
    assert present(started.session, started.token, NOON + week) == Expired()


def test_a_busy_session_ends_after_thirty_days():
    step, now = sessions.start(TENANT, USER, NOON), NOON
    for _ in range(29):
        now += timedelta(days=1)
        step = present(step.session, step.token, now)
    assert step.session.expires_at == NOON + timedelta(days=30)
    assert present(step.session, step.token, NOON + timedelta(days=30)) == Expired()


def test_logging_out_twice_keeps_the_first_time(started):
    ended = sessions.revoke(started.session, later(5))
    assert sessions.revoke(ended, later(9)).revoked_at == later(5)
    assert present(ended, started.token, later(6)) == Revoked()


def test_the_stored_session_survives_the_store_as_json(started):
    stored = type(started.session).model_validate_json(started.session.model_dump_json())
    assert isinstance(present(stored, started.token, later(1)), Rotated)


def test_the_store_alone_holds_no_token(started):
    stored = started.session.model_dump_json()
    parsed = credentials.parse(started.token.text)
    assert parsed.secret.hex() not in stored
    assert started.token.text[-49:-6] not in stored


def test_the_next_token_cannot_be_derived_without_the_secret_of_the_session(started):
    twin = started.session.model_copy(update={"secret": "00" * 32})
    assert present(twin, started.token, later(1)) == Unknown()


def test_a_session_in_a_log_line_shows_no_secret(started):
    line = repr(started)
    assert started.session.secret not in line
    assert started.session.digest not in line
    assert started.token.text not in line


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 40)), min_size=1, max_size=25))
def test_any_play_of_old_and_live_tokens_keeps_the_rules(plays):
    """Each play is (age of the token presented, seconds since the play before)."""
    step = sessions.start(TENANT, USER, NOON)
    session, issued, now = step.session, [step.token], NOON
    for drawn, pause in plays:
        now += timedelta(seconds=pause)
        age = min(drawn, len(issued) - 1)
        outcome = present(session, issued[-1 - age], now)
        if session.revoked_at:
            assert outcome == Revoked()
        elif age == 0:
            assert isinstance(outcome, Rotated)
            assert outcome.token not in issued
            session, issued = outcome.session, [*issued, outcome.token]
        elif age == 1 and now - session.rotated_at <= timedelta(seconds=10):
            assert outcome == Replayed(issued[-1])
        else:
            assert isinstance(outcome, Stolen)
            session = outcome.session
