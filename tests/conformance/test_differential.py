"""Random sequences of operations give the same on the embedded Firestore and on Google's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from emulators.stack.errors import StackError
from tests.conformance.backends import running
from tests.conformance.differential.__main__ import differences
from tests.conformance.differential.replay import Player

SEQUENCES = 100


@pytest.fixture(scope="module")
def players() -> Iterator[tuple[Player, Player]]:
    """One for the embedded Firestore and one for Google's, where it is installed."""
    with ExitStack() as stack:
        ours = stack.enter_context(running("embedded"))
        try:
            theirs = stack.enter_context(running("google"))
        except StackError as missing:
            pytest.skip(str(missing))
        yield Player(ours.firestore), Player(theirs.firestore)


def test_random_sequences_give_the_same(players: tuple[Player, Player]) -> None:
    assert list(differences(range(SEQUENCES), *players)) == []
