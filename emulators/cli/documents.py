"""`frontdesk upload`, `documents` and `delete`."""

from __future__ import annotations

import argparse
import mimetypes
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from emulators.cli.connection import api
from emulators.cli.output import print_json, shown
from emulators.stack.api import Api
from emulators.stack.errors import StackError

POLL_SECONDS = 0.2
PATIENCE_SECONDS = 600.0
COLUMNS = ("id", "title", "status", "version", "pages", "chunks")
Document = dict[str, Any]


def upload(given: argparse.Namespace) -> int:
    """Uploads files and waits until each is ready; 1 if one of them failed."""
    if len(given.files) > 1 and (given.external_id or given.title):
        raise StackError("--external-id and --title name one document: give one file with them.")
    documents = ingest(api(given.root), given.files, given.external_id, given.title)
    if given.json:
        print_json(documents)
    else:
        for document in documents:
            print(outcome(document))
    return int(any(document["status"] == "failed" for document in documents))


def ingest(
    frontdesk: Api,
    files: Sequence[Path],
    external_id: str | None = None,
    title: str | None = None,
) -> list[Document]:
    """Uploads, shows a bar for each file, and returns the documents once all have settled."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bars = [progress.add_task(file.name, total=1.0) for file in files]
        sent = [send(frontdesk, file, external_id, title) for file in files]

        def show(position: int, document: Document) -> None:
            done = 1.0 if document["status"] == "ready" else document["progress"]
            progress.update(bars[position], completed=done)

        return settle(frontdesk, sent, show)


def send(
    frontdesk: Api, file: Path, external_id: str | None = None, title: str | None = None
) -> Document:
    """Uploads one file. Raises StackError when it cannot be read, ApiError when refused."""
    try:
        data = file.read_bytes()
    except OSError as wrong:
        raise StackError(f"{file} cannot be read: {wrong.strerror}.") from wrong
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    named = {"external_id": external_id, "title": title}
    fields = {name: value for name, value in named.items() if value}
    part = {"content": (file.name, data, kind)}
    document: Document = frontdesk.post("/v1/documents", fields={**fields, **part})
    return document


def settle(
    frontdesk: Api, documents: Sequence[Document], show: Callable[[int, Document], None]
) -> list[Document]:
    """Asks for each document until none is being processed any more."""
    latest = list(documents)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while waiting := [n for n, document in enumerate(latest) if document["status"] == "processing"]:
        if time.monotonic() > deadline:
            raise StackError("Documents are still being processed: see `frontdesk documents`.")
        time.sleep(POLL_SECONDS)
        for position in waiting:
            latest[position] = frontdesk.get(f"/v1/documents/{latest[position]['id']}")
            show(position, latest[position])
    return latest


def outcome(document: Document) -> str:
    """One line: what became of a document."""
    if document["status"] == "failed":
        return f"{document['title']}: failed: {document['failure']['reason']}"
    pages = f", {document['pages']} pages" if document.get("pages") else ""
    size = f"{document['chunks']} chunks{pages}"
    return f"{document['title']}: {document['status']} ({size})  {document['id']}"


def documents(given: argparse.Namespace) -> int:
    """Lists every document."""
    frontdesk = api(given.root)
    found: list[Document] = []
    cursor: str | None = ""
    while cursor is not None:
        page = frontdesk.get("/v1/documents", **({"cursor": cursor} if cursor else {}))
        found += page["items"]
        cursor = page["next_cursor"]
    if given.json:
        print_json(found)
        return 0
    table = Table(*COLUMNS, box=None)
    for document in found:
        table.add_row(*(shown(document.get(name)) for name in COLUMNS))
    Console().print(table)
    return 0


def delete(given: argparse.Namespace) -> int:
    """Deletes a document with everything made from it."""
    api(given.root).delete(f"/v1/documents/{given.document_id}")
    if given.json:
        print_json({"deleted": given.document_id})
    else:
        print(f"{given.document_id} is deleted.")
    return 0
