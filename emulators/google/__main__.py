"""Embedded emulators of Firestore, Pub/Sub and Secret Manager on 127.0.0.1, until interrupted."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path

from emulators.google.process import Settings, run


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads the command line (by default the process's own) and serves."""
    parser = argparse.ArgumentParser(prog="python -m emulators.google", description=__doc__)
    parser.add_argument("--firestore-port", type=int, metavar="PORT")
    parser.add_argument("--pubsub-port", type=int, metavar="PORT")
    parser.add_argument("--secrets-port", type=int, metavar="PORT")
    parser.add_argument("--admin-port", type=int, metavar="PORT", help="faults, reset, pages")
    parser.add_argument("--data", type=Path, metavar="DIR", help="keep everything in this folder")
    parser.add_argument(
        "--manifest",
        type=Path,
        metavar="FILE",
        help="refuse queries whose composite index is not under `indexes:` in this YAML file, "
        "delete documents by its `ttl:`",
    )
    parser.add_argument(
        "--seed-secrets", metavar="PROJECT", help="add the secrets that a local stack needs"
    )
    settings = Settings(**vars(parser.parse_args(arguments)))
    if not settings.serves_any:
        parser.error("give --firestore-port, --pubsub-port or --secrets-port, or more of them")
    try:
        asyncio.run(run(settings))
    except (OSError, ValueError) as error:
        raise SystemExit(f"emulators: {error}") from None


if __name__ == "__main__":
    main()
