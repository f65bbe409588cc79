"""The problems that the runtime itself raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.contracts.problems import FieldError, Problem

if TYPE_CHECKING:
    from pydantic import ValidationError

__all__ = ["Problem", "invalid", "not_found"]


def not_found(what: str) -> Problem:
    """404, worded alike whether it never existed or belongs to somebody else."""
    return Problem("not-found", f"There is no such {what}.")


def invalid(error: ValidationError) -> Problem:
    """422 with each wrong field named."""
    errors = [
        FieldError(field=".".join(map(str, e["loc"])) or "body", message=e["msg"])
        for e in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return Problem("invalid-body", "Some fields are not valid.", errors=errors)
