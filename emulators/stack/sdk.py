"""Google's own emulators, from an installed Google Cloud SDK."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from emulators.stack.errors import StackError
from emulators.stack.sockets import HOST

USUAL_PLACES = (
    "~/google-cloud-sdk",
    "/usr/lib/google-cloud-sdk",
    "/usr/share/google-cloud-sdk",
    "/usr/local/google-cloud-sdk",
    "/opt/google-cloud-sdk",
    "/snap/google-cloud-cli/current",
    "/opt/homebrew/share/google-cloud-sdk",
    "/usr/local/share/google-cloud-sdk",
)
FIRESTORE_JAR = "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar"
FIRESTORE_MAIN = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
PUBSUB_JAR = "platform/pubsub-emulator/lib/cloud-pubsub-emulator-*-all.jar"
# Short-lived and small: start-up counts for more than peak speed.
JAVA_OPTIONS = ("-Duser.language=en", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")


def firestore_command(port: int) -> tuple[str, ...]:
    """Starts Google's Firestore emulator. Raises StackError when it is not installed."""
    jar = _jar("Firestore", FIRESTORE_JAR)
    arguments = ("start", f"--host={HOST}", f"--port={port}")
    return (_java(), *JAVA_OPTIONS, "-cp", str(jar), FIRESTORE_MAIN, *arguments)


def pubsub_command(port: int) -> tuple[str, ...]:
    """Starts Google's Pub/Sub emulator. Raises StackError when it is not installed."""
    jar = _jar("Pub/Sub", PUBSUB_JAR)
    return (_java(), *JAVA_OPTIONS, "-jar", str(jar), f"--host={HOST}", f"--port={port}")


def _jar(product: str, pattern: str) -> Path:
    for root in _roots():
        if found := sorted(root.glob(pattern)):
            return found[-1]
    raise StackError(
        f"Google's {product} emulator is not installed: get it with `gcloud components install "
        "cloud-firestore-emulator pubsub-emulator` (Debian: apt-get install "
        "google-cloud-cli-firestore-emulator google-cloud-cli-pubsub-emulator), or set "
        "FIRESTORE_EMULATOR_HOST and PUBSUB_EMULATOR_HOST to running ones."
    )


def _roots() -> Iterator[Path]:
    if named := os.environ.get("CLOUDSDK_ROOT_DIR"):
        yield Path(named)
    if gcloud := shutil.which("gcloud"):
        yield Path(gcloud).resolve().parent.parent
    yield from (Path(place).expanduser() for place in USUAL_PLACES)


def _java() -> str:
    if java := shutil.which("java"):
        return java
    raise StackError(
        "Google's emulators need Java, and there is no `java` on the PATH: install one "
        "(17 or later), or set FIRESTORE_EMULATOR_HOST and PUBSUB_EMULATOR_HOST to running ones."
    )
