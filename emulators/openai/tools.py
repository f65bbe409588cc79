"""Function tools: reading them as either API writes them, and choosing one to call."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from emulators.openai.errors import bad_request, missing, require_object
from emulators.openai.schema import Filler
from emulators.openai.strict import require_strict
from emulators.openai.vectors import Vectors

NEAR_ENOUGH = 0.4  # cosine of question and tool below which "auto" answers in words


@dataclass(frozen=True)
class Tool:
    """A function the model may call."""

    name: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Call:
    """A call of a tool; `arguments` is JSON."""

    name: str
    arguments: str


@dataclass(frozen=True)
class Toolbox:
    """The tools of a request and its `tool_choice`: auto, none, required, or the name of one."""

    tools: tuple[Tool, ...] = ()
    choice: str = "auto"

    def call(self, vectors: Vectors, question: str, filler: Filler) -> Call | None:
        """The call `question` leads to, if any."""
        if not self.tools or self.choice == "none":
            return None
        named = [tool for tool in self.tools if tool.name == self.choice]
        nearness = {
            tool.name: vectors.similarity(_spoken(tool), question) for tool in named or self.tools
        }
        best = max(named or self.tools, key=lambda tool: nearness[tool.name])
        if self.choice == "auto" and nearness[best.name] < NEAR_ENOUGH:
            return None
        return Call(best.name, json.dumps(filler.fill(best.parameters)))


def read(tools: Any, choice: Any, *, nested: bool) -> Toolbox:
    """The toolbox of a request; `nested` is Chat Completions' form, a `function` object inside.

    Raises 400 for a tool without a name, a strict schema that is not, and an unknown choice.
    """
    read_tools = tuple(_tool(tool, number, nested) for number, tool in enumerate(tools or []))
    if isinstance(choice, dict):
        choice = (choice.get("function") or {}).get("name") if nested else choice.get("name")
        if choice not in {tool.name for tool in read_tools}:
            message = f"Tool choice '{choice}' not found in 'tools' parameter."
            raise bad_request(message, "tool_choice")
    return Toolbox(read_tools, choice or "auto")


def _tool(tool: Any, number: int, nested: bool) -> Tool:
    if require_object(tool, f"tools[{number}]").get("type") != "function":
        message = f"Invalid value: '{tool.get('type')}'. This emulator has function tools only."
        raise bad_request(message, f"tools[{number}].type", "invalid_value")
    place = f"tools[{number}].function" if nested else f"tools[{number}]"
    function = tool.get("function", {}) if nested else tool
    if not function.get("name"):
        raise missing(f"{place}.name")
    parameters = function.get("parameters") or {"type": "object", "properties": {}}
    if function.get("strict"):
        subject = f"function '{function['name']}'"
        require_strict(parameters, subject, f"{place}.parameters", "invalid_function_parameters")
    return Tool(function["name"], function.get("description") or "", parameters)


def _spoken(tool: Tool) -> str:
    return f"{tool.name.replace('_', ' ')}: {tool.description}"
