"""Fills a JSON schema from a text: what the text states, the nearest choice, else null or empty."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from emulators.openai import fields
from emulators.openai.lexical import coverage, terms
from emulators.openai.vectors import Vectors

Schema = dict[str, Any]
DEEPEST = 4  # levels; a schema that refers to itself ends here, if it may be null
LONGEST = 200  # characters of a free string
ANSWERS = frozenset({"answer", "response", "reply"})
CERTAINTIES = frozenset({"confidence", "probability", "certainty"})
STATED, GUESSED = 0.9, 0.5  # how sure the filler says it is


class Filler:
    """Values for one text. `answer` gives the engine's answer for a field that asks for one."""

    def __init__(self, vectors: Vectors, text: str, answer: Callable[[], str]) -> None:
        self._vectors = vectors
        self._text = text
        self._answer = answer
        self._root: Schema = {}
        self._certainty = GUESSED

    def fill(self, schema: Schema) -> Any:
        """A value that satisfies `schema`."""
        self._root = schema
        return self._value(schema, "", nullable=False, depth=0)

    def _value(self, schema: Schema, name: str, *, nullable: bool, depth: int) -> Any:
        schema, may_be_null = self._resolved(schema)
        nullable = nullable or may_be_null
        if nullable and depth > DEEPEST:
            return None
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._choice(schema["enum"], name, nullable=nullable)
        kind = schema.get("type", "string")
        if kind == "object":
            properties = schema.get("properties", {}).items()
            return {
                key: self._value(child, key, nullable=False, depth=depth + 1)
                for key, child in properties
            }
        if kind == "array":
            few = range(schema.get("minItems", 0))
            items = schema.get("items", {})
            return [self._value(items, name, nullable=False, depth=depth + 1) for _ in few]
        return self._scalar(schema, kind, name, nullable=nullable)

    def _resolved(self, schema: Schema) -> tuple[Schema, bool]:
        """The schema behind references and unions, and whether null is allowed too."""
        nullable = False
        while True:
            kind = schema.get("type")
            branches = schema.get("anyOf") or schema.get("oneOf")
            if "$ref" in schema:
                schema = self._referred(schema["$ref"])
            elif branches:
                nullable = nullable or {"type": "null"} in branches
                schema = next(branch for branch in branches if branch.get("type") != "null")
            elif isinstance(kind, list):
                nullable = nullable or "null" in kind
                schema = {**schema, "type": next(one for one in kind if one != "null")}
            else:
                return schema, nullable

    def _referred(self, reference: str) -> Schema:
        node = self._root
        for part in reference.removeprefix("#").strip("/").split("/"):
            node = node[part] if part else node
        return node

    def _scalar(self, schema: Schema, kind: str, name: str, *, nullable: bool) -> Any:
        if kind == "null":
            return None
        if kind == "boolean":
            return fields.affirms(self._text)
        if kind in ("number", "integer"):
            return self._number(schema, kind, name, nullable=nullable)
        return self._string(name, nullable=nullable)

    def _number(self, schema: Schema, kind: str, name: str, *, nullable: bool) -> float | None:
        if name.lower() in CERTAINTIES:
            return self._certainty
        value = fields.number(self._text)
        if value is None:
            return None if nullable else schema.get("minimum", 0)
        value = min(max(value, schema.get("minimum", value)), schema.get("maximum", value))
        return int(value) if kind == "integer" else value

    def _string(self, name: str, *, nullable: bool) -> str | None:
        if name.lower() in ANSWERS:
            return self._answer()
        found = fields.stated(name, self._text)
        if found is not None:
            return found
        if nullable:
            return None
        return "" if fields.is_recognised(name) else self._text[:LONGEST]

    def _choice(self, options: list[Any], name: str, *, nullable: bool) -> Any:
        """The option the text names, else null if allowed, else the nearest."""
        named = [option for option in options if option is not None]
        found = fields.currency(self._text) if "currency" in name.lower() else None
        for option in named:
            spoken = re.escape(str(option)).replace("_", "[ _-]")
            if option == found or re.search(rf"\b{spoken}\b", self._text, re.IGNORECASE):
                self._certainty = STATED
                return option
        if nullable or None in options:
            return None
        return max(named, key=self._nearness)

    def _nearness(self, option: Any) -> float:
        words = str(option).replace("_", " ")
        shared = coverage(set(terms(words)), self._text)
        return self._vectors.similarity(words, self._text) + 0.4 * shared
