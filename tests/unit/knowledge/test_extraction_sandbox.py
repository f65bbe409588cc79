"""No document can take the service down, nor see its secrets."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from shared.knowledge.extraction import Unreadable, extract, inspect, limits
from shared.knowledge.extraction.worker import perform

Interpreter = Callable[[str], None]


@pytest.fixture
def interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Interpreter:
    """Has the worker run a shell script in place of Python."""

    def put(script: str) -> None:
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(path))

    return put


def refusal_of(data: bytes = b"text") -> str:
    with pytest.raises(Unreadable) as refused:
        extract(data, "text")
    assert refused.value.reason.endswith(".")
    return refused.value.code


def test_a_document_that_crashes_its_reader_is_damaged(interpreter: Interpreter) -> None:
    interpreter("kill -SEGV $$")
    assert refusal_of() == "damaged-document"


@pytest.mark.parametrize("signal", ["KILL", "XCPU"])
def test_a_reader_that_the_system_ends_was_given_too_much(
    interpreter: Interpreter, signal: str
) -> None:
    interpreter(f"kill -{signal} $$")
    assert refusal_of() == "document-too-complex"


def test_a_document_that_takes_too_long_is_given_up(
    interpreter: Interpreter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SECONDS", 0.2)
    interpreter("exec sleep 30")
    assert refusal_of() == "document-too-complex"


def test_a_worker_that_cannot_start_is_no_fault_of_the_document(interpreter: Interpreter) -> None:
    interpreter("echo 'No module named pdf' >&2; exit 1")
    with pytest.raises(RuntimeError, match="No module named pdf"):
        extract(b"text", "text")


def test_the_worker_sees_no_secret_of_the_service(
    interpreter: Interpreter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    interpreter("""printf '{"text": "%s"}' "$(env | tr -d '"\\n')" """)
    assert "PYTHONPATH" in extract(b"text", "text").text
    assert "sk-secret" not in extract(b"text", "text").text


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), "document-too-complex"),
        (RecursionError(), "document-too-complex"),
        (KeyError("w:body"), "damaged-document"),
    ],
)
def test_whatever_goes_wrong_in_a_reader_is_an_answer(error: Exception, code: str) -> None:
    def read(data: bytes) -> None:
        raise error

    reader = ModuleType("formats.docx")
    reader.read = read  # type: ignore[attr-defined]
    status, answer = perform("extract", reader, b"")
    assert status != 0
    assert isinstance(answer, dict)
    assert answer["code"] == code


def test_memory_is_limited() -> None:
    hungry = "from shared.knowledge.extraction import worker; worker.confine(); bytes(2 << 30)"
    done = subprocess.run([sys.executable, "-c", hungry], capture_output=True, check=False)
    assert b"MemoryError" in done.stderr


def test_hostile_bytes_are_answered_in_every_format() -> None:
    for data in (b"%PDF-1.4" + b"\xff" * 999, b"PK\x03\x04" + b"\0" * 999, b"\0" * 999):
        for sandboxed in ("pdf", "docx", "xlsx", "pptx", "epub"):
            with pytest.raises(Unreadable):
                inspect(data, sandboxed)
            with pytest.raises(Unreadable):
                extract(data, sandboxed)


def test_importing_the_package_imports_no_parser() -> None:
    code = (
        "import sys, shared.knowledge.extraction as e; e.detect(b'a', 'a', None); "
        "e.inspect(b'<p>a', 'html'); "
        "print({'pydantic', 'pypdfium2_raw', 'selectolax', 'defusedxml'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.strip() == b"set()"
