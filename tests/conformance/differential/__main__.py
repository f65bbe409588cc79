"""Plays random sequences on the embedded Firestore and on Google's; says where they differ.

python -m tests.conformance.differential --sequences 10000 [--first 0]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack

from emulators.stack.errors import StackError
from tests.conformance.backends import running
from tests.conformance.differential.replay import Player
from tests.conformance.differential.sequences import Sequence

PACE = 500  # sequences between two lines of progress


def differences(seeds: range, ours: Player, theirs: Player) -> Iterator[str]:
    """For each seed whose outcomes differ: the first step that does, and both outcomes."""
    for seed in seeds:
        sequence = Sequence(seed)
        played = zip(sequence.steps, ours.play(sequence), theirs.play(sequence), strict=True)
        for place, (step, mine, google) in enumerate(played):
            if mine != google:
                yield (
                    f"seed {seed}, step {place} ({step.method} {step.moment}):\n{step.request}"
                    f"embedded: {mine}\ngoogle:   {google}\n"
                )
                break


def main() -> int:
    """0 when all results are equal, 1 when some differ, 2 when Google's are not installed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sequences", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.sequences)
    with ExitStack() as stack:
        try:
            ours, theirs = (stack.enter_context(running(name)) for name in ("embedded", "google"))
        except StackError as missing:
            print(missing, file=sys.stderr)
            return 2
        players = Player(ours.firestore), Player(theirs.firestore)
        found = 0
        for start in seeds[::PACE]:
            for difference in differences(range(start, min(start + PACE, seeds.stop)), *players):
                print(difference, flush=True)
                found += 1
            played = min(start + PACE, seeds.stop) - seeds.start
            print(f"{played:,} played", file=sys.stderr)
    print(f"{asked.sequences:,} sequences: {found or 'none'} of them differ")
    return min(found, 1)


if __name__ == "__main__":
    sys.exit(main())
