"""`frontdesk ask` and `search`."""

from __future__ import annotations

import argparse
import time
from typing import Any

from emulators.cli.connection import api
from emulators.cli.output import print_json
from emulators.stack.api import Api, ApiError

QUOTE_LENGTH = 200


def ask(given: argparse.Namespace) -> int:
    """Asks one question and prints the answer with its proofs."""
    frontdesk = api(given.root)
    answer, seconds = put(frontdesk, given.question)
    if given.json:
        print_json(answer)
    else:
        print("\n".join(lines(frontdesk, answer, seconds)))
    return 0


def put(frontdesk: Api, question: str) -> tuple[dict[str, Any], float]:
    """The answer (AnswerView) and how long it took in seconds."""
    began = time.monotonic()
    answer: dict[str, Any] = frontdesk.post("/v1/answers", {"question": question})
    return answer, time.monotonic() - began


def lines(frontdesk: Api, answer: dict[str, Any], seconds: float) -> list[str]:
    """The answer, one numbered line a citation, and the time."""
    cited = {citation["document_id"] for citation in answer["citations"]}
    titles = {document_id: _title(frontdesk, document_id) for document_id in cited}
    proofs = [
        f"  [{number}] {titles[c['document_id']]}{_page(c)}: “{quote(c['text'])}”"
        for number, c in enumerate(answer["citations"], start=1)
    ]
    missing = [f"  missing: {answer['missing']}"] if answer.get("missing") else []
    time_taken = f"  {seconds * 1000:.0f} ms, confidence {answer['confidence']:.2f}"
    return [answer["answer"], *missing, *proofs, time_taken]


def _title(frontdesk: Api, document_id: str) -> str:
    """The document's title; its id where it is gone by now or the key may not read it."""
    try:
        return str(frontdesk.get(f"/v1/documents/{document_id}")["title"])
    except ApiError:
        return document_id


def _page(found: dict[str, Any]) -> str:
    return f", page {found['page']}" if found.get("page") else ""


def quote(text: str) -> str:
    """A passage on one line, cut to what one can take in."""
    words = " ".join(text.split())
    return words if len(words) <= QUOTE_LENGTH else f"{words[:QUOTE_LENGTH].rstrip()}…"


def search(given: argparse.Namespace) -> int:
    """The best passages for a query, best first."""
    found = api(given.root).post("/v1/search", {"query": given.query, "top_k": given.top_k})
    if given.json:
        print_json(found)
        return 0
    for hit in found["items"]:
        print(f"{hit['score']:.3f}  {hit['title'] or hit['document_id']}{_page(hit)}")
        print(f"       {quote(hit['text'])}")
    if not found["items"]:
        print("Nothing found.")
    return 0
