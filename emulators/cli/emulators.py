"""`frontdesk emulators`: the embedded Google emulators in the foreground."""

from __future__ import annotations

import argparse
import asyncio

from emulators.google.process import Settings, run
from emulators.stack.errors import StackError


def emulators(given: argparse.Namespace) -> int:
    """Serves until Ctrl-C or SIGTERM; says how to point a program at it."""
    names = ("firestore_port", "pubsub_port", "secrets_port", "admin_port", "data", "manifest")
    print(f"export FIRESTORE_EMULATOR_HOST=127.0.0.1:{given.firestore_port}")
    print(f"export PUBSUB_EMULATOR_HOST=127.0.0.1:{given.pubsub_port}", flush=True)
    if given.secrets_port:
        print(f"export SECRET_MANAGER_EMULATOR_HOST=127.0.0.1:{given.secrets_port}", flush=True)
    try:
        asyncio.run(run(Settings(**{name: getattr(given, name) for name in names})))
    except (OSError, ValueError) as error:
        raise StackError(str(error)) from None
    return 0
