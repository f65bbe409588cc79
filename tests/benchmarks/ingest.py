"""Ingestion: from the upload to a document that can answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulators.cli.documents import settle
from tests.benchmarks.bench import Bench
from tests.benchmarks.corpus import Corpus
from tests.benchmarks.figures import Section
from tests.benchmarks.process_tree import MEGA
from tests.benchmarks.stack import RunningStack

DOCUMENTS = 20
PAGES = 300
UPLOADS_AT_ONCE = 4
SEARCH = "similarity-search"
Uploaded = dict[str, Any]


def measure(bench: Bench) -> Section:
    """Twenty Markdown documents at once, a PDF of 300 pages, and the index that holds them."""
    section = Section(
        "Ingestion",
        [
            "Until `ready`: extracted, embedded by the local stand-in and indexed; looked at every "
            "0.2 s.",
            f"{SEARCH}: PSS in the stack with the index in memory, stated apart from its target.",
        ],
    )
    stack = bench.stack
    corpus = Corpus(seed=1)
    texts = [corpus.markdown(f"Policy {number}") for number in range(DOCUMENTS)]
    bench.say(f"ingesting {DOCUMENTS} Markdown documents")
    ingested = _ingest(stack, lambda: _upload_texts(stack, texts))
    _add(section, f"{DOCUMENTS} Markdown documents", DOCUMENTS, "documents", ingested)
    content = Corpus(seed=2).pdf(PAGES)
    bench.say(f"ingesting a PDF of {PAGES} pages")
    ingested = _ingest(stack, lambda: [_upload_pdf(stack, content)])
    _add(section, f"a PDF of {PAGES} pages", PAGES, "pages", ingested)
    stack.api.post("/v1/search", {"query": "What does the deposit cover?"})
    held = sum(document["chunks"] or 0 for document in _all_documents(stack))
    pss = stack.services()[SEARCH]["pss"]
    section.add(f"{SEARCH} with its index", "chunks", held, "in all")
    section.add(f"{SEARCH} with its index", "PSS", pss and pss / MEGA, "MB")
    return section


@dataclass(frozen=True)
class Ingested:
    """What became ready, and after how many seconds."""

    documents: list[Uploaded]
    seconds: float

    @property
    def chunks(self) -> int:
        return sum(document["chunks"] for document in self.documents)

    def until(self, stage: str) -> float:
        """Seconds from the first document's arrival to the end of a stage of the last."""
        began = min(_moment(document, "received") for document in self.documents)
        return max(_moment(document, stage) for document in self.documents) - began


def _moment(document: Uploaded, stage: str) -> float:
    (at,) = (one["at"] for one in document["stages"] if one["name"] == stage)
    return datetime.fromisoformat(at).timestamp()


def _ingest(stack: RunningStack, upload: Callable[[], list[Uploaded]]) -> Ingested:
    """Uploads and waits until all are ready. Raises RuntimeError if one fails."""
    began = time.perf_counter()
    done = settle(stack.api, upload(), lambda *_: None)
    seconds = time.perf_counter() - began
    if failed := [document for document in done if document["status"] != "ready"]:
        raise RuntimeError(f"{failed[0]['title']} failed: {failed[0]['failure']}")
    return Ingested(done, seconds)


def _upload_texts(stack: RunningStack, texts: list[str]) -> list[Uploaded]:
    def upload(numbered: tuple[int, str]) -> Uploaded:
        number, text = numbered
        body = {"filename": f"policy-{number}.md", "text": text}
        uploaded: Uploaded = stack.api.post("/v1/documents", body)
        return uploaded

    with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
        return list(pool.map(upload, enumerate(texts)))


def _upload_pdf(stack: RunningStack, content: bytes) -> Uploaded:
    part = {"content": ("handbook.pdf", content, "application/pdf")}
    uploaded: Uploaded = stack.api.post("/v1/documents", fields=part)
    return uploaded


def _all_documents(stack: RunningStack) -> list[Uploaded]:
    found: list[Uploaded] = []
    cursor: str | None = ""
    while cursor is not None:
        page = stack.api.get("/v1/documents", limit="200", **({"cursor": cursor} if cursor else {}))
        found += page["items"]
        cursor = page["next_cursor"]
    return found


def _add(section: Section, subject: str, count: int, what: str, ingested: Ingested) -> None:
    section.add(subject, what, count / ingested.seconds, "/s")
    section.add(subject, "chunks", ingested.chunks / ingested.seconds, "/s")
    for stage in ("extracted", "embedded", "indexed"):
        section.add(subject, stage, ingested.until(stage), "after s")
    section.add(subject, "ready", ingested.seconds, "after s")
    section.add(subject, "chunks", ingested.chunks, "in all")
