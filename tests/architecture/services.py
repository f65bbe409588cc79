"""The services as the manifest names them and as their code declares them."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from emulators.cli.openapi import service_of
from shared.contracts.base import Event
from shared.runtime.service import Service

ROOT = Path(__file__).parents[2]
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "functions" / "services.yaml").read_text())
NAMES = sorted(MANIFEST["services"])


@dataclass(frozen=True)
class Declared:
    """What the code of a service says about itself; sets of names."""

    routes: set[str]
    anonymous: set[str]
    listens: set[str]
    publishes: set[str]
    calls: set[str]
    secrets: set[str]


def entry(name: str) -> dict[str, Any]:
    found: dict[str, Any] = MANIFEST["services"][name]
    return found


def folder(name: str) -> Path:
    return ROOT / entry(name)["folder"]


def files(name: str) -> list[Path]:
    return sorted(folder(name).rglob("*.py"))


def tree(name: str) -> ast.Module:
    return ast.parse("".join(file.read_text() for file in files(name)))


@cache
def service(name: str) -> Service | None:
    """The service as declared; None for the gateway, which answers requests of any path."""
    is_gateway = entry(name).get("signature") == "asgi"
    return None if is_gateway else service_of(folder(name) / "main.py")


@cache
def declared(name: str) -> Declared:
    """The routes and subscriptions registered, and what the source mentions by name."""
    found = service(name)
    routes = [route for route in found.router.routes if route.exposed] if found else []
    return Declared(
        routes={route.name for route in routes},
        anonymous={route.name for route in routes if route.scope is None},
        listens=set(found.subscriptions) if found else set(),
        publishes=_events_made(name),
        calls=_first_arguments(name, "call"),
        secrets=_first_arguments(name, "secret"),
    )


def _events_made(name: str) -> set[str]:
    found = service(name)
    names = vars(sys.modules[f"service_{folder(name).name}"]) if found else {}
    made = (_resolve(node.func, names) for node in _calls(name))
    return {kind.type for kind in made if isinstance(kind, type) and issubclass(kind, Event)}


def _resolve(node: ast.expr, names: dict[str, Any]) -> Any:
    if isinstance(node, ast.Attribute):
        return getattr(_resolve(node.value, names), node.attr, None)
    return names.get(node.id) if isinstance(node, ast.Name) else None


def _first_arguments(name: str, function: str) -> set[str]:
    """The constant first arguments of all calls of a function; a computed one fails."""
    found = set()
    for node in _calls(name):
        if isinstance(node.func, ast.Name) and node.func.id == function:
            assert isinstance(node.args[0], ast.Constant), f"{name}: {ast.unparse(node)}"
            found.add(str(node.args[0].value))
    return found


def _calls(name: str) -> list[ast.Call]:
    return [node for node in ast.walk(tree(name)) if isinstance(node, ast.Call)]
