"""`python -m emulators.secrets --port N [--data DIR] [--seed PROJECT]`."""

from __future__ import annotations

import argparse
from pathlib import Path

from emulators.secrets.seed import seed
from emulators.secrets.server import serve
from emulators.secrets.vault import Vault


def main() -> None:
    """Serves on 127.0.0.1 until it is ended."""
    parser = argparse.ArgumentParser(prog="python -m emulators.secrets", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, help="keep the secrets in this folder")
    parser.add_argument("--seed", metavar="PROJECT", help="add what a local stack needs")
    given = parser.parse_args()
    if given.data:
        given.data.mkdir(parents=True, exist_ok=True)
    vault = Vault(given.data / "secrets.json" if given.data else None)
    if given.seed:
        seed(vault, given.seed)
    serve(vault, f"127.0.0.1:{given.port}").wait_for_termination()


if __name__ == "__main__":
    main()
