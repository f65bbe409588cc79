"""Imports go one way: functions, then shared domains and runtime, then contracts and cloud."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from tests.architecture.services import NAMES, ROOT, files

OURS = ("shared", "emulators", "tests", "functions")


def imported(file: Path) -> Iterator[str]:
    """The modules that a file imports anywhere in it, type-checking blocks too."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_the_declared_contracts_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_function_imports_only_what_is_shared(name: str) -> None:
    of_ours = {m for file in files(name) for m in imported(file) if m.split(".")[0] in OURS}
    assert {m for m in of_ours if not m.startswith("shared.")} == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_function_reaches_the_cloud_through_the_runtime_alone(name: str) -> None:
    direct = {m for file in files(name) for m in imported(file)}
    assert {m for m in direct if m.startswith(("shared.cloud", "google", "grpc"))} == set()


def test_contracts_need_pydantic_alone() -> None:
    allowed = {"pydantic", "shared", "__future__", *sys.stdlib_module_names}
    found = {m for f in ROOT.glob("shared/contracts/*.py") for m in imported(f)}
    assert {m for m in found if m.split(".")[0] not in allowed} == set()


def test_only_the_cloud_package_makes_google_clients() -> None:
    makers = ("google.cloud", "google.pubsub", "grpc")
    outside = [f for f in ROOT.glob("shared/**/*.py") if "cloud" not in f.parts]
    found = {
        f"{file.relative_to(ROOT)}: {module}"
        for file in outside
        for module in imported(file)
        if module.startswith(makers) and not typing_only(file, module)
    }
    assert found == set()


def typing_only(file: Path, module: str) -> bool:
    """Whether a module is imported for type checking alone, or only for its plain values."""
    values = {"google.cloud.firestore_v1.types", "google.cloud.firestore_v1.base_query"}
    checking = file.read_text().partition("if TYPE_CHECKING:")[2]
    return module in values or f"    from {module} import" in checking[:400]
