"""`frontdesk openapi`: writes the API's description from the code, or says that it is stale."""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from pathlib import Path

from emulators.stack.errors import StackError
from emulators.stack.manifest import MANIFEST, load
from shared.runtime.openapi import describe
from shared.runtime.service import Service

DOCUMENT = Path("functions", "openapi.json")


def openapi(given: argparse.Namespace) -> int:
    """0 when the document is (now) what the code says; 1 with --check when it is not."""
    text = render(given.root)
    target = given.root / DOCUMENT
    if not given.check:
        target.write_text(text, encoding="utf-8")
        return 0
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        raise StackError(f"{DOCUMENT} is stale: run `make openapi` and commit it.")
    return 0


def render(root: Path) -> str:
    """The document as JSON text."""
    entries = load(root / MANIFEST).services.values()
    mains = [root / entry.folder / "main.py" for entry in entries if entry.signature == "http"]
    document = describe(map(service_of, mains), "Frontdesk", "1")
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def service_of(main: Path) -> Service:
    """The Service that a main.py declares."""
    spec = importlib.util.spec_from_file_location(f"service_{main.parent.name}", main)
    if spec is None or spec.loader is None:
        raise StackError(f"{main} cannot be loaded.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    service = module.service
    if not isinstance(service, Service):
        raise StackError(f"{main} declares no Service named `service`.")
    return service
