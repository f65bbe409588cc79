"""What stops the stack."""

from __future__ import annotations


class StackError(Exception):
    """One line for the user: what is wrong and what to do about it."""
