"""Passwords are kept as argon2id, and refused when anyone would guess them."""

import string

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.identity import passwords

PASSWORD = "ten green bottles"
EMAIL = "anna.berg@bright-dental.example"
BUSINESS = "Bright Dental Care"


def test_the_password_of_a_hash_is_recognised_and_no_other():
    hashed = passwords.hash(PASSWORD)
    assert passwords.verify(hashed, PASSWORD) == (True, False)
    assert passwords.verify(hashed, PASSWORD + " ") == (False, False)


@settings(max_examples=10, deadline=None)
@given(st.text(min_size=1, max_size=256))
def test_any_text_can_be_a_password(password):
    assert passwords.verify(passwords.hash(password), password).ok


def test_a_lone_surrogate_is_a_password_like_any_other():
    assert passwords.verify(passwords.hash("\ud800 broken emoji"), "\ud800 broken emoji").ok


def test_equal_passwords_get_different_hashes():
    assert passwords.hash(PASSWORD) != passwords.hash(PASSWORD)


def test_hashes_are_argon2id_with_the_parameters_of_owasp():
    used = extract_parameters(passwords.hash(PASSWORD))
    assert (used.type.name, used.memory_cost, used.time_cost, used.parallelism) == (
        "ID",
        19_456,
        2,
        1,
    )


@pytest.mark.parametrize(
    ("typed", "again"),
    [("caf\u00e9 con leche", "cafe\u0301 con leche"), ("\ufb01ne wine list", "fine wine list")],
)
def test_a_character_typed_in_other_code_points_is_the_same_character(typed, again):
    assert passwords.verify(passwords.hash(typed), again).ok


def test_a_right_password_with_an_outdated_hash_asks_for_a_new_one():
    outdated = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    assert passwords.verify(outdated, PASSWORD) == (True, True)
    assert passwords.verify(outdated, "something else") == (False, False)


def test_a_damaged_hash_is_an_error_and_not_a_wrong_password():
    with pytest.raises(InvalidHashError):
        passwords.verify("plain text", PASSWORD)


def test_an_unknown_user_costs_one_hash_with_the_same_parameters(monkeypatch):
    spent = []
    real = PasswordHasher.hash

    def counted(hasher, password):
        spent.append((hasher.memory_cost, hasher.time_cost, hasher.parallelism))
        return real(hasher, password)

    monkeypatch.setattr(PasswordHasher, "hash", counted)
    passwords.burn(PASSWORD)
    assert spent == [(19_456, 2, 1)]


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("aaaaaaaaaaaa", "repeats"),
        ("abababababab", "repeats"),
        ("Abc1Abc1Abc1", "repeats"),
        ("Anna.Berg@Bright-Dental.example", "e-mail"),
        ("anna.berg2024", "e-mail"),
        ("annaberg1234", "e-mail"),
        ("bright-dental.example", "e-mail"),
        ("Bright Dental Care", "business"),
        ("brightdentalcare1!", "business"),
        ("brightdental", "business"),
        ("Password123!", "common"),
        ("p@ssw0rd2024", "common"),
        ("LetMeIn!!!!", "common"),
        ("1234567890", "neighbouring"),
        ("0987654321", "neighbouring"),
        ("qwertyuiop", "neighbouring"),
        ("abcdefghij99", "neighbouring"),
    ],
)
def test_a_password_that_anyone_would_guess_is_refused_with_its_reason(password, reason):
    assert reason in (passwords.weak(password, EMAIL, BUSINESS) or "")


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "brightdental smiles at noon",
        "passwords are a nuisance",
        "kB7#qz!mT2",
        "8264917350",
        "cdef826491",
        "पासवर्ड नहीं बताऊँगा",
        "!?;:,.-_+*",
    ],
)
def test_a_password_with_something_of_its_own_is_accepted(password):
    assert passwords.weak(password, EMAIL, BUSINESS) is None


def test_a_password_without_letters_is_not_the_name_of_a_business_without_letters():
    assert passwords.weak("!?;:,.-_+*", EMAIL, "???") is None


@given(st.sampled_from(sorted(passwords.COMMON)), st.text(string.digits + "!?.#", max_size=6))
def test_letter_case_and_decoration_do_not_save_a_common_password(common, decoration):
    assert passwords.weak(common.upper() + decoration, EMAIL, BUSINESS) is not None


@given(st.text(max_size=256), st.text(max_size=50), st.text(max_size=200))
def test_weakness_is_decided_for_any_text(password, email, business):
    reason = passwords.weak(password, email, business)
    assert reason is None or reason.endswith(".")
