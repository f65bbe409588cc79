"""Credentials name their record, survive no typing error, and keep their secret to themselves."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.base import CROCKFORD, new_id
from shared.identity import credentials

ULIDS = st.builds(
    lambda first, rest: first + rest,
    st.sampled_from("01234567"),
    st.text(CROCKFORD, min_size=25, max_size=25),
)
KINDS = st.sampled_from(["secret", "visitor", "refresh"])
SECRETS = st.binary(min_size=32, max_size=32)
TENANT, KEY, SESSION = new_id("ten"), new_id("key"), new_id("ses")


def record_of(kind):
    return SESSION if kind == "refresh" else KEY


@given(KINDS, ULIDS, ULIDS, SECRETS)
def test_a_credential_names_its_kind_tenant_record_and_secret(kind, tenant, record, secret):
    record_id = record_of(kind)[:4] + record
    made = credentials.make(kind, f"ten_{tenant}", record_id, secret)
    parsed = credentials.parse(made.text)
    assert parsed == credentials.Parsed(kind, f"ten_{tenant}", record_id, secret)
    assert parsed.matches(made.digest)


@pytest.mark.parametrize(
    ("kind", "start"), [("secret", "fd_sk_"), ("visitor", "fd_pk_"), ("refresh", "fd_rt_")]
)
def test_the_first_letters_tell_a_reader_the_kind(kind, start):
    text = credentials.make(kind, TENANT, record_of(kind)).text
    assert re.fullmatch(start + r"[0-9A-Z]{26}_[0-9A-Z]{26}_[0-9A-Za-z]{49}", text)


def test_the_format_does_not_change_under_keys_already_given_out():
    made = credentials.make("secret", "ten_" + "0" * 26, "key_" + "1" * 26, bytes(range(32)))
    assert made.text == (
        "fd_sk_00000000000000000000000000_11111111111111111111111111_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf0ekf0y"
    )


@given(KINDS, SECRETS, st.data())
def test_one_wrong_character_anywhere_is_seen_without_a_look_up(kind, secret, data):
    text = credentials.make(kind, TENANT, record_of(kind), secret).text
    at = data.draw(st.integers(0, len(text) - 1))
    alphabet = string.ascii_letters + string.digits + "_"
    wrong = data.draw(st.sampled_from(alphabet.replace(text[at], "")))
    assert credentials.parse(text[:at] + wrong + text[at + 1 :]) is None


@given(SECRETS, st.data())
def test_two_neighbours_changed_over_are_seen_without_a_look_up(secret, data):
    text = credentials.make("secret", TENANT, KEY, secret).text
    at = data.draw(st.integers(0, len(text) - 2).filter(lambda i: text[i] != text[i + 1]))
    swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    assert credentials.parse(swapped) is None


@given(st.text(max_size=200))
def test_any_other_text_is_no_credential(text):
    assert credentials.parse(text) is None


@pytest.mark.parametrize("around", ["{} ", " {}", "{}\n", "Bearer {}", "{}0"])
def test_a_credential_with_something_around_it_is_no_credential(around):
    text = credentials.make("secret", TENANT, KEY).text
    assert credentials.parse(around.format(text)) is None


def test_digits_beyond_32_bytes_are_no_secret_even_with_their_checksum():
    start = "fd_sk_00000000000000000000000000_11111111111111111111111111_"
    assert credentials.parse(start + "z" * 43 + "20QFhx") is None


@given(SECRETS, SECRETS)
def test_a_digest_matches_its_own_secret_alone(one, other):
    digest = credentials.make("secret", TENANT, KEY, one).digest
    parsed = credentials.parse(credentials.make("secret", TENANT, KEY, other).text)
    assert parsed.matches(digest) == (one == other)


def test_credentials_of_one_record_differ():
    made = {credentials.make("secret", TENANT, KEY).text for _ in range(50)}
    assert len(made) == 50


def test_the_hint_is_the_end_of_the_text():
    made = credentials.make("secret", TENANT, KEY)
    assert len(made.hint) == 4
    assert made.text.endswith(made.hint)


def test_a_credential_in_a_log_line_shows_no_secret():
    made = credentials.make("secret", TENANT, KEY, b"0123456789abcdef" * 2)
    line = f"{made!r} {credentials.parse(made.text)!r}"
    assert made.text[-49:-6] not in line
    assert made.digest not in line
    assert "0123456789abcdef" not in line


@pytest.mark.parametrize(
    ("kind", "tenant", "record", "secret"),
    [
        ("secret", KEY, KEY, None),
        ("secret", TENANT, SESSION, None),
        ("refresh", TENANT, KEY, None),
        ("secret", TENANT[4:], KEY, None),
        ("secret", TENANT, KEY.lower(), None),
        ("secret", TENANT, "key_ümlaut", None),
        ("secret", TENANT, KEY, b"short"),
        ("secret", TENANT, KEY, bytes(33)),
    ],
    ids=range(8),
)
def test_a_credential_for_a_wrong_id_or_secret_is_not_made(kind, tenant, record, secret):
    with pytest.raises(ValueError):
        credentials.make(kind, tenant, record, secret)
