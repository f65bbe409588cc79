"""What each of the apps does: a validated JSON body in, a small JSON answer out."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    amount: int = Field(ge=1)
    currency: str = Field(pattern="^[a-z]{3}$")


class Quote(BaseModel):
    amount: int
    fee: int
    currency: str


def quote(wanted: Wanted) -> Quote:
    """2.9 per cent and 30 minor units."""
    fee = wanted.amount * 29 // 1000 + 30
    return Quote(amount=wanted.amount, fee=fee, currency=wanted.currency)
