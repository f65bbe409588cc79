"""The table of differences is the one that the checks declare."""

from __future__ import annotations

from tests.conformance import differences


def test_the_table_of_differences_is_up_to_date() -> None:
    assert differences.TABLE.read_text() == differences.table(), (
        "run `python -m tests.conformance.differences`"
    )
