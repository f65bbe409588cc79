"""Values that a text states outright, found by the name of the field that wants them."""

from __future__ import annotations

import re

NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
NEGATION = re.compile(r"\b(?:no|not|never|cancel|stop|without)\b|n['’]t\b", re.IGNORECASE)
CURRENCIES = (
    ("EUR", r"€|\beur"),
    ("GBP", r"£|\bgbp\b|\bpounds?\b"),
    ("USD", r"\$|\busd\b|\bdollars?\b"),
)
PATTERNS = (
    ("mail", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    ("phone", r"\+?\d[\d ()-]{6,}\d"),
    ("date", r"\d{4}-\d\d-\d\d"),
    ("start", r"\d{4}-\d\d-\d\d(?:[T ](?:at )?\d\d:\d\d)?"),
    ("time", r"\d{1,2}:\d\d\s*(?:[ap]m)?|\d{1,2}\s*[ap]m"),
    ("url", r"https?://[^\s)>\]]+"),
)


def number(text: str) -> float | None:
    """The first number in `text`, thousands separators aside."""
    found = NUMBER.search(text)
    return float(found.group().replace(",", "")) if found else None


def affirms(text: str) -> bool:
    """False if `text` says no in some way."""
    return NEGATION.search(text) is None


def currency(text: str) -> str | None:
    """The currency `text` names by sign, word or code, as ISO 4217."""
    return next((code for code, sign in CURRENCIES if re.search(sign, text, re.IGNORECASE)), None)


def is_recognised(name: str) -> bool:
    """Whether a field of this name holds something `stated` can find."""
    return "currency" in name.lower() or any(part in name.lower() for part, _ in PATTERNS)


def stated(name: str, text: str) -> str | None:
    """What `text` states for a field called `name`, such as an e-mail address or a date."""
    if "currency" in name.lower():
        return currency(text)
    for part, pattern in PATTERNS:
        if part in name.lower():
            found = re.search(pattern, text, re.IGNORECASE)
            return found.group() if found else None
    return None
