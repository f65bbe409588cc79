"""OpenAI, or whatever OPENAI_BASE_URL points at: the client, and its failures in our terms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

from shared.contracts.problems import Problem

if TYPE_CHECKING:
    from openai import OpenAI

TIMEOUT_SECONDS = 20.0
RETRIES = 2


class ModelRefused(Problem):
    """502: the request or the account is at fault; sending it again does not help."""

    def __init__(self, reason: str) -> None:
        super().__init__("bad-gateway", f"The model refused: {reason}.", code="model-refused")


@lru_cache(maxsize=4)
def client(api_key: str) -> OpenAI:
    """A client with a deadline; it obeys Retry-After and retries 408, 409, 429 and 5xx twice."""
    from openai import OpenAI

    return OpenAI(api_key=api_key, timeout=TIMEOUT_SECONDS, max_retries=RETRIES)


@contextmanager
def translated() -> Iterator[None]:
    """Raises 503 for what may pass (overload, network), else ModelRefused."""
    import openai

    try:
        yield
    except openai.RateLimitError as limited:
        if limited.code == "insufficient_quota" or limited.type == "insufficient_quota":
            raise ModelRefused("the account's quota is used up") from limited
        raise _unavailable("The model is rate limited.") from limited
    except (openai.APIConnectionError, openai.InternalServerError, openai.ConflictError) as down:
        raise _unavailable(f"The model does not answer ({type(down).__name__}).") from down
    except openai.APIStatusError as refused:
        raise ModelRefused(refused.message) from refused


def _unavailable(reason: str) -> Problem:
    return Problem("unavailable", reason, headers={"Retry-After": "2"})
