"""The `frontdesk` command."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from emulators.stack.api import ApiError
from emulators.stack.errors import StackError
from emulators.stack.manifest import MANIFEST


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; an error is one line on stderr and 1."""
    given = _parser().parse_args(arguments)
    module, _, function = given.run.partition(":")
    try:
        code: int = getattr(importlib.import_module(module), function)(given)
    except (StackError, ApiError) as error:
        print(f"frontdesk: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def project_root() -> Path:
    """The folder with functions/services.yaml: where one is, else where this code is."""
    here = Path.cwd()
    return here if (here / MANIFEST).exists() else Path(__file__).parents[2]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="frontdesk", description="Frontdesk on your machine.")
    parser.add_argument(
        "--root", type=Path, default=project_root(), help="the project (default: this one)"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: str, text: str) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=f"emulators.cli.{run}")
        return added

    _add_up(command("up", "up:up", "start everything; Ctrl-C stops it"))
    _add_emulators(command("emulators", "emulators:emulators", "Firestore and Pub/Sub alone"))
    _add_demo(command("demo", "demo:demo", "fresh stack, documents, questions, verdict"))
    _add_upload(command("upload", "documents:upload", "upload files, wait until they can answer"))
    _add_client(command("documents", "documents:documents", "list all documents"))
    _add_client(command("delete", "documents:delete", "delete a document"), "document_id", "ID")
    _add_client(command("ask", "ask:ask", "ask a question"), "question", "QUESTION")
    search = command("search", "ask:search", "find passages")
    search.add_argument("--top-k", type=int, default=10, help="how many (default: %(default)s)")
    _add_client(search, "query", "QUERY")
    _add_client(command("status", "status:status", "how the running stack fares"))
    described = command("openapi", "openapi:openapi", "write functions/openapi.json from the code")
    described.add_argument("--check", action="store_true", help="only say whether it is stale")
    return parser


def _add_client(parser: argparse.ArgumentParser, *positional: str) -> None:
    parser.add_argument("--json", action="store_true", help="print the API's JSON")
    if positional:
        name, shown = positional
        parser.add_argument(name, metavar=shown)


def _add_upload(upload: argparse.ArgumentParser) -> None:
    _add_client(upload)
    upload.add_argument("files", nargs="+", type=Path, metavar="FILE")
    upload.add_argument("--external-id", help="your own id: the same again is a new version")
    upload.add_argument("--title", help="what citations call it")


def _add_demo(demo: argparse.ArgumentParser) -> None:
    demo.add_argument("--docs", type=Path, help="a folder of your own documents")
    demo.add_argument("--questions", type=Path, help="a file, `question => expected` a line")
    demo.add_argument("--keep", action="store_true", help="leave it running until Ctrl-C")


def _add_emulators(emulators: argparse.ArgumentParser) -> None:
    for name, port in (("--firestore-port", 8080), ("--pubsub-port", 8085), ("--admin-port", 8086)):
        text = "(default: %(default)s)"
        emulators.add_argument(name, type=int, default=port, metavar="PORT", help=text)
    emulators.add_argument("--secrets-port", type=int, metavar="PORT", help="Secret Manager too")
    emulators.add_argument("--data", type=Path, metavar="DIR", help="keep everything here")
    emulators.add_argument("--manifest", type=Path, metavar="FILE", help="enforce its indexes")


def _add_up(up: argparse.ArgumentParser) -> None:
    options: list[tuple[str, dict[str, Any]]] = [
        ("--only", {"action": "append", "default": [], "help": "services or domains, by comma"}),
        ("--port-base", {"type": int, "default": 8000, "help": "moves all ports (8000)"}),
        ("--ready-file", {"type": Path, "help": "write addresses and keys here when ready"}),
        ("--data", {"type": Path, "metavar": "DIR", "help": "keep everything in this folder"}),
        ("--verbose", {"action": "store_true", "help": "show the logs on the console too"}),
        ("--unannounced", {"action": "store_true", "help": argparse.SUPPRESS}),
        (
            "--google-emulators",
            {"action": "store_true", "help": "Google's, from an installed Cloud SDK"},
        ),
    ]
    for name, options_of_one in options:
        up.add_argument(name, **options_of_one)
