"""The models this server knows: names and sizes as in openai-python 3.54 (November 2026)."""

from __future__ import annotations

import re

EMBEDDING_SIZES = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}
_CHAT_MODELS = """
gpt-6-luna gpt-6-sol gpt-6-astra gpt-6.1-terra gpt-6.1-sol gpt-6.2-sol gpt-6.2-astra
gpt-5.6-luna gpt-5.6-terra gpt-5.6-sol gpt-5.5 gpt-5.4 gpt-5.4-mini gpt-5.4-nano gpt-5.2
gpt-5.1 gpt-5 gpt-5-mini gpt-5-nano o3 gpt-4.1 gpt-4.1-mini gpt-4o gpt-4o-mini
"""
CHAT_MODELS = _CHAT_MODELS.split()
ALWAYS_REASON = frozenset({"gpt-5", "gpt-5-mini", "gpt-5-nano", "o3"})
SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")
REASONING = re.compile(r"gpt-[56]|o\d")


def is_chat_model(name: str) -> bool:
    """Whether `name` is a chat model, plain or as a dated snapshot."""
    return SNAPSHOT.sub("", name) in CHAT_MODELS


def reasons(name: str) -> bool:
    """Whether the model reasons, and so refuses sampling parameters while it does."""
    return REASONING.match(name) is not None


def refuses_no_effort(name: str) -> bool:
    """Whether the model cannot do without reasoning (those before gpt-5.1)."""
    return SNAPSHOT.sub("", name) in ALWAYS_REASON
