"""Passwords: argon2id hashes, and a refusal of those that anyone would guess first."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from argon2 import PasswordHasher

# OWASP Password Storage Cheat Sheet, second setting: argon2-cffi's defaults take 64 MiB and
# ten times as long, which a small instance cannot give to several logins at once.
MEMORY_KIB, ITERATIONS, LANES = 19_456, 2, 1

FEWEST_CHARACTERS = 4
SHORTEST_RUN = 6
RUNS = (
    "0123456789" * 3,
    "abcdefghijklmnopqrstuvwxyz" * 2,
    "qwertyuiopasdfghjklzxcvbnm",
    "!@#$%^&*()",
)
RUN_TEXT = " ".join(RUNS + tuple(run[::-1] for run in RUNS))
DECORATION = re.compile(r"[\W\d_]{1,6}$")
COMMON_TEXT = """
1q2w3e4r 1q2w3e4r5t 1qaz2wsx3edc adminadmin admin administrator baseball basketball
changeme charlie chocolate computer contrasena correcthorsebatterystaple dragon football frontdesk
hello helloworld iloveyou letmein liverpool lovely loveyou master michael monkey motdepasse
mypassword mustang newpassword p@ssw0rd p@ssword pa$$word passw0rd password passwort princess
qazwsx qazwsxedc qwerty qwertz samsung secret starwars sunshine superman temporary test
testpassword trustno welcome whatever zaq12wsx
"""
COMMON = frozenset(COMMON_TEXT.split())


class Verdict(NamedTuple):
    """`ok`: the password is right. `rehash_needed`: its hash has outdated parameters."""

    ok: bool
    rehash_needed: bool


def hash(password: str) -> str:  # `passwords.hash` is its name to callers
    """The argon2id hash with its salt and parameters, as a PHC string of about 97 characters."""
    return _hasher().hash(_normal(password).encode("utf-8", "surrogatepass"))


def verify(hashed: str, password: str) -> Verdict:
    """Whether `password` belongs to `hashed`.

    Raises argon2's InvalidHashError or VerificationError when `hashed` is no argon2 hash: that
    record is damaged, which is not the same as a wrong password.
    """
    from argon2.exceptions import VerifyMismatchError

    try:
        _hasher().verify(hashed, _normal(password).encode("utf-8", "surrogatepass"))
    except VerifyMismatchError:
        return Verdict(ok=False, rehash_needed=False)
    return Verdict(ok=True, rehash_needed=_hasher().check_needs_rehash(hashed))


def burn(password: str) -> None:
    """Spends what `verify` spends, for an unknown user: time must not tell who has an account."""
    hash(password)


def weak(password: str, email: str, business: str) -> str | None:
    """Why the password would be among the first guesses, as a sentence; None if it would not.

    Letter case and up to six digits or signs at the end make no difference, except to `Password`'s
    minimum length, which is the contract's matter. The rules follow NIST SP 800-63B §5.1.1.2.
    """
    folded = _normal(password).casefold()
    if len(set(folded)) < FEWEST_CHARACTERS or folded in (folded + folded)[1:-1]:
        return "The password repeats the same few characters."
    guesses = _spellings(folded) | _spellings(DECORATION.sub("", folded))
    local, _, domain = email.casefold().partition("@")
    if any(guesses & _spellings(name) for name in (email.casefold(), local, domain)):
        return "The password is the e-mail address."
    if guesses & (_spellings(business.casefold()) | _spellings(domain.partition(".")[0])):
        return "The password is the name of the business."
    if guesses & COMMON:
        return "The password is one of the most common ones."
    if any(len(guess) >= SHORTEST_RUN and guess in RUN_TEXT for guess in guesses):
        return "The password is a run of neighbouring characters."
    return None


def _spellings(text: str) -> set[str]:
    """The text itself and its letters and digits alone."""
    return {text, "".join(filter(str.isalnum, text))} - {""}


def _normal(password: str) -> str:
    """NFKC (NIST SP 800-63B §5.1.1.2): an accent typed on another keyboard is the same accent."""
    return unicodedata.normalize("NFKC", password)


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=ITERATIONS, memory_cost=MEMORY_KIB, parallelism=LANES)
