"""The other commands, against a running stack."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from emulators.cli.demo import NO_ANSWER, Question, meets, read_questions
from tests.stack.running_stack import RunningStack, cli, environment


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    file = tmp_path / "prices.txt"
    file.write_text("A haircut costs 20 euros.")
    return file


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    file = tmp_path / "broken.txt"
    file.write_text("broken")
    return file


def test_an_upload_waits_until_the_document_can_answer(stack: RunningStack, prices: Path) -> None:
    done = stack.run("upload", "--json", "--external-id", "prices", str(prices))
    assert done.returncode == 0, done.stderr
    (document,) = json.loads(done.stdout)
    assert document["status"] == "ready"
    assert "prices" in document["content"]  # the fake gateway keeps the whole request
    listed = stack.run("documents", "--json")
    assert document["id"] in [seen["id"] for seen in json.loads(listed.stdout)]


def test_a_failed_document_is_named_with_its_reason(
    stack: RunningStack, prices: Path, broken: Path
) -> None:
    done = stack.run("upload", str(prices), str(broken))
    assert done.returncode == 1
    assert "ready (3 chunks, 2 pages)" in done.stdout
    assert "failed: It is broken." in done.stdout


def test_one_external_id_cannot_name_two_files(
    stack: RunningStack, prices: Path, broken: Path
) -> None:
    done = stack.run("upload", "--external-id", "x", str(prices), str(broken))
    assert done.returncode == 1
    assert "give one file" in done.stderr


def test_an_unreadable_file_is_named(stack: RunningStack) -> None:
    done = stack.run("upload", "nowhere.txt")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "frontdesk: nowhere.txt cannot be read: No such file or directory."
    )


def test_an_answer_comes_with_title_page_and_quote(stack: RunningStack, prices: Path) -> None:
    stack.run("upload", str(prices))
    done = stack.run("ask", "What is a haircut?")
    answer, citation, time = done.stdout.splitlines()
    assert answer == "20 euros [1]."
    assert citation == "  [1] Prices, page 2: “A haircut costs 20 euros.”"
    assert "ms" in time


def test_a_search_prints_scores_and_passages(stack: RunningStack) -> None:
    done = stack.run("search", "haircut")
    assert done.stdout.splitlines()[0] == "0.800  Prices, page 2"


def test_a_deleted_document_is_gone(stack: RunningStack, prices: Path) -> None:
    (document,) = json.loads(stack.run("upload", "--json", str(prices)).stdout)
    assert stack.run("delete", document["id"]).returncode == 0
    again = stack.run("documents", "--json").stdout
    assert document["id"] not in [seen["id"] for seen in json.loads(again)]


def test_the_status_lists_every_process(stack: RunningStack) -> None:
    shown = stack.run("status").stdout
    for name in ("api-gateway", "echo", "zygote", "pubsub", "storage"):
        assert name in shown
    assert json.loads(stack.run("status", "--json").stdout)["services"]["echo"]["state"] == "ready"


def test_a_refused_key_is_one_line(stack: RunningStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDESK_API_KEY", "wrong")
    done = stack.run("ask", "Why?")
    assert done.returncode == 1
    assert done.stderr == ("frontdesk: Credentials are missing or not valid (401): No such key.\n")


def test_without_a_stack_it_says_how_to_start_one(project: Path) -> None:
    for command in (("ask", "Why?"), ("status",)):
        done = subprocess.run(
            [*cli(project), *command],
            env=environment(project / "heard"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "`frontdesk up`" in done.stderr


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "prices.txt").write_text("A haircut costs 20 euros.")
    return folder


def demo(stack: RunningStack, documents: Path, questions: str) -> tuple[int, str]:
    file = documents.parent / "questions.txt"
    file.write_text(questions)
    done = stack.run("demo", "--docs", str(documents), "--questions", str(file))
    return done.returncode, done.stdout + done.stderr


def test_the_demo_asks_every_question_and_succeeds(stack: RunningStack, documents: Path) -> None:
    questions = "# two\nWhat is a haircut? => costs 20\nWho won the cup? => (no answer)\n"
    code, said = demo(stack, documents, questions)
    assert code == 0, said
    assert "1 of 1 documents ready" in said
    assert "2 of 2 questions as expected." in said


def test_the_demo_fails_when_an_expectation_is_missed(stack: RunningStack, documents: Path) -> None:
    (documents / "more.txt").write_text("broken")
    code, said = demo(stack, documents, "What is a haircut? => 30 euros\n")
    assert code == 1
    assert "✗ expected: 30 euros" in said
    assert "1 of 2 documents ready" in said
    assert "0 of 1 questions as expected." in said


def test_questions_are_read_with_and_without_expectations(tmp_path: Path) -> None:
    file = tmp_path / "questions.txt"
    file.write_text("# a comment\n\nHow? => so\nWhen?\nWhy? => (no answer)\n")
    assert read_questions(file) == [
        Question("How?", "so"),
        Question("When?"),
        Question("Why?", NO_ANSWER),
    ]


def test_a_phrase_must_stand_in_a_citation_and_not_only_in_the_answer() -> None:
    answer = {"answered": True, "answer": "noon", "citations": [{"text": "We open at\n 9 AM"}]}
    assert meets(answer, "open AT 9 am")
    assert not meets(answer, "noon")
    assert not meets(answer, NO_ANSWER)
