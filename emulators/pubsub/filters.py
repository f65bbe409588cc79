"""The filter language of subscriptions: text to a predicate over a message's attributes.

    expression = term, {"AND", term} | term, {"OR", term};
    term       = ["NOT" | "-"], ("(", expression, ")" | comparison);
    comparison = "attributes", ":", key
               | "attributes", ".", key, ("=" | "!="), string
               | "hasPrefix", "(", "attributes", ".", key, ",", string, ")";

AND and OR need parentheses to stand beside each other; operators are case-sensitive.
Source: cloud.google.com/pubsub/docs/subscription-message-filter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

Predicate = Callable[[Mapping[str, str]], bool]

LONGEST = 256
TOKEN = re.compile(
    r"""\s*(?:
        "(?P<string>(?:[^"\\]|\\.)*)"
      | (?P<word>[A-Za-z0-9_][\w-]*)
      | (?P<sign>!=|[().,:=-])
    )""",
    re.VERBOSE | re.ASCII,
)
ESCAPE = re.compile(
    r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-7]{3})|([abfnrtv\\\"'?]))|\\"
)
CONTROL = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class FilterError(ValueError):
    """The text is not a filter; the message says where."""


class Token(NamedTuple):
    """A string literal, a word, a sign, or the end."""

    kind: str
    text: str
    place: int


def parse(text: str) -> Predicate:
    """The predicate of a filter. Raises FilterError."""
    if len(text.encode()) > LONGEST:
        raise FilterError(f"The filter is longer than {LONGEST} bytes.")
    parser = _Parser(_tokens(text))
    predicate = parser.expression()
    parser.end()
    return predicate


def _tokens(text: str) -> list[Token]:
    tokens, place, end = [], 0, len(text.rstrip())
    while place < end:
        found = TOKEN.match(text, place)
        if not found:
            raise FilterError(f"Invalid filter syntax at position {place}.")
        kind = found.lastgroup or ""
        value = found[kind]
        tokens.append(Token(kind, _unescape(value) if kind == "string" else value, place))
        place = found.end()
    return [*tokens, Token("end", "", end)]


def _unescape(literal: str) -> str:
    def character(escape: re.Match[str]) -> str:
        *numbers, octal, letter = escape.groups()
        for number in numbers:
            if number:
                return _code_point(int(number, 16))
        if octal:
            return _code_point(int(octal, 8))
        if letter is None:
            raise FilterError("Invalid escape sequence in a string of the filter.")
        return CONTROL.get(letter, letter)

    return ESCAPE.sub(character, literal)


def _code_point(number: int) -> str:
    if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        raise FilterError("An escape sequence of the filter is not a Unicode character.")
    return chr(number)


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def expression(self) -> Predicate:
        terms = [self._term()]
        joint = self._tokens[self._at].text
        while self._accept("word", "AND", "OR"):
            if self._tokens[self._at - 1].text != joint:
                raise self._error("AND and OR need parentheses to be combined")
            terms.append(self._term())
        if len(terms) == 1:
            return terms[0]
        join = all if joint == "AND" else any
        return lambda attributes: join(term(attributes) for term in terms)

    def end(self) -> None:
        if self._tokens[self._at].kind != "end":
            raise self._error("unexpected text")

    def _term(self) -> Predicate:
        if self._accept("word", "NOT") or self._accept("sign", "-"):
            negated = self._primary()
            return lambda attributes: not negated(attributes)
        return self._primary()

    def _primary(self) -> Predicate:
        if self._accept("sign", "("):
            inner = self.expression()
            self._expect("sign", ")")
            return inner
        if self._accept("word", "hasPrefix"):
            return self._prefix()
        self._expect("word", "attributes")
        if self._accept("sign", ":"):
            present = self._key()
            return lambda attributes: present in attributes
        self._expect("sign", ".")
        return self._comparison(self._key())

    def _prefix(self) -> Predicate:
        self._expect("sign", "(")
        self._expect("word", "attributes")
        self._expect("sign", ".")
        key = self._key()
        self._expect("sign", ",")
        prefix = self._expect("string").text
        self._expect("sign", ")")
        return lambda attributes: key in attributes and attributes[key].startswith(prefix)

    def _comparison(self, key: str) -> Predicate:
        unequal = self._expect("sign", "=", "!=").text == "!="
        value = self._expect("string").text
        return lambda attributes: (attributes.get(key) == value) is not unequal

    def _key(self) -> str:
        if self._tokens[self._at].kind == "string":
            return self._expect("string").text
        return self._expect("word").text

    def _accept(self, kind: str, *texts: str) -> bool:
        token = self._tokens[self._at]
        accepted = token.kind == kind and token.text in texts
        self._at += accepted
        return accepted

    def _expect(self, kind: str, *texts: str) -> Token:
        token = self._tokens[self._at]
        if token.kind != kind or (texts and token.text not in texts):
            raise self._error(f"expected {' or '.join(texts) or 'a ' + kind}")
        self._at += 1
        return token

    def _error(self, reason: str) -> FilterError:
        return FilterError(
            f"Invalid filter syntax at position {self._tokens[self._at].place}: {reason}."
        )
