"""Answers in pieces, and who may read them."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from shared.contracts.answers import Answer, Citation, Grounded, Question
from shared.contracts.knowledge import SearchHit
from shared.contracts.problems import Problem
from shared.knowledge import answers, composing
from shared.knowledge.texts import TextCache


def asked() -> Answer:
    return answers.opened("ans_1", "key_1", Question(question="Is parking free?"))


def making(*pieces: str) -> Generator[str, None, Grounded]:
    yield from pieces
    return Grounded(answer="".join(pieces), answered=True, confidence=0.5)


def test_what_was_streamed_is_kept_in_the_same_pieces() -> None:
    pieces = composing.Pieces(making("Yes. [1]", " For two hours. [2]"), asked())
    assert next(pieces) == "Yes. [1]"
    done = pieces.drain()
    assert done.deltas == ["Yes. [1]", " For two hours. [2]"]
    assert done.grounded is not None and done.grounded.answer == "Yes. [1] For two hours. [2]"


def test_a_finished_answer_tells_the_events_of_its_stream_again() -> None:
    pieces = composing.Pieces(making("Yes. [1]"), asked())
    done = pieces.drain()
    names = [name for name, _ in answers.events(done)]
    assert names == ["answer.started", "answer.delta", "answer.completed"]
    assert answers.events(done)[-1][1]["answer"] == "Yes. [1]"


def test_a_failure_while_writing_is_raised_to_whoever_reads() -> None:
    def failing() -> Generator[str, None, Grounded]:
        yield "Yes. [1]"
        raise Problem("unavailable", "The model does not answer.")

    pieces = composing.Pieces(failing(), asked())
    next(pieces)
    with pytest.raises(Problem):
        pieces.drain()


def test_somebody_elses_answer_is_not_there_unless_one_may_read_everything() -> None:
    record = asked()
    assert answers.own(record, "key_1", ["ask"]) is record
    assert answers.own(record, "usr_9", ["ask", "read"]) is record
    with pytest.raises(Problem) as refused:
        answers.own(record, "visitor:2", ["ask"])
    assert refused.value.slug == "not-found"


def hit(text: str, start: int) -> SearchHit:
    end = start + len(text)
    facts = {"document_id": "doc_1", "version": 1, "score": 1.0, "cosine": 1.0}
    return SearchHit.model_validate({**facts, "text": text, "start": start, "end": end})


def test_only_hits_that_stand_in_the_document_letter_for_letter_are_used() -> None:
    text = "Parking is free. Dogs are welcome – 🐕 too."
    right = hit("Dogs are welcome – 🐕 too.", 17)
    wrong = [hit("Dogs are welcome", 16), hit("Parking is cheap.", 0), hit("Parking is free. ", 9)]
    assert composing.proven([wrong[0], right, *wrong[1:]], lambda _: text) == [right]


def test_a_hit_of_a_document_deleted_meanwhile_is_left_out_but_a_store_that_fails_is_not() -> None:
    def missing(_: str) -> str:
        raise Problem("not-found")

    def down(_: str) -> str:
        raise Problem("unavailable")

    assert composing.proven([hit("x", 0)], missing) == []
    with pytest.raises(Problem):
        composing.proven([hit("x", 0)], down)


def test_a_text_is_read_once_and_the_least_used_one_goes_when_there_are_too_many() -> None:
    read: list[str] = []

    def reader(name: str) -> bytes:
        read.append(name)
        return b"x" * 60

    cache = TextCache(most_characters=150)
    for name in ("a", "b", "a", "c", "a", "b"):
        assert len(cache.get((name,), lambda name=name: reader(name))) == 60
    assert read == ["a", "b", "c", "b"]


def test_a_view_of_an_unfinished_answer_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="not finished"):
        answers.view(asked())


def test_a_citation_needs_every_part_of_its_proof() -> None:
    with pytest.raises(ValueError, match="version"):
        Citation.model_validate({"document_id": "doc_1", "start": 0, "end": 1, "text": "x"})
