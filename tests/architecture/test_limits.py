"""PLAN's limits of every service, and the house's of every shared module."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from radon.complexity import cc_visit

from tests.architecture.services import MANIFEST, NAMES, ROOT, declared, entry, files, folder, tree


def packages(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("name", NAMES)
def test_a_service_has_80_to_150_lines(name: str) -> None:
    lines = sum(len(file.read_text().splitlines()) for file in files(name))
    assert 80 <= lines <= 150


@pytest.mark.parametrize("name", NAMES)
def test_no_function_of_a_service_has_complexity_10_or_more(name: str) -> None:
    blocks = [block for file in files(name) for block in cc_visit(file.read_text())]
    assert {b.name: b.complexity for b in blocks if b.complexity >= 10} == {}


@pytest.mark.parametrize("name", NAMES)
def test_a_service_has_fewer_than_15_functions(name: str) -> None:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    assert sum(isinstance(node, kinds) for node in ast.walk(tree(name))) < 15


@pytest.mark.parametrize("name", NAMES)
def test_a_service_has_fewer_than_5_dependencies_of_its_own(name: str) -> None:
    assert len(packages((folder(name) / "requirements.txt").read_text())) < 5


@pytest.mark.parametrize("name", NAMES)
def test_a_service_calls_fewer_than_5_others(name: str) -> None:
    assert len(declared(name).calls) < 5
    assert len(entry(name).get("calls", [])) < 5


def test_the_average_service_stays_near_110_lines() -> None:
    sizes = [sum(len(f.read_text().splitlines()) for f in files(name)) for name in NAMES]
    assert sum(sizes) / len(sizes) <= 135  # the plan: about 110 over all 28


def test_every_function_folder_is_in_the_manifest() -> None:
    there = {str(file.parent.relative_to(ROOT)) for file in ROOT.glob("functions/*/*/main.py")}
    assert there == {entry(name)["folder"] for name in NAMES}


def test_ports_are_those_of_the_plan() -> None:
    plan = {
        "api-gateway": 8000,
        "document-processing": 8008,
        "embedding-generation": 8009,
        "similarity-search": 8010,
        "knowledge-base": 8011,
        "response-generation": 8012,
        "authentication": 8031,
    }
    assert {name: service["port"] for name, service in MANIFEST["services"].items()} == plan


def test_a_shared_module_has_at_most_200_lines() -> None:
    sizes = {str(f.relative_to(ROOT)): len(f.read_text().splitlines()) for f in shared_modules()}
    assert {name: size for name, size in sizes.items() if size > 200} == {}


def shared_modules() -> list[Path]:
    return sorted(ROOT.glob("shared/**/*.py"))
