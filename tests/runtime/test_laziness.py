"""Start-up pays for the framework and pydantic; all else is imported when first needed."""

import subprocess
import sys

import pytest

HEAVY = ["grpc", "google.api_core", "google.auth", "google.cloud.firestore", "google.protobuf"]
LATER = ["joserfc", "urllib3", "requests", "google.pubsub_v1", "cryptography"]


def loaded_after(code: str) -> set[str]:
    """The modules that a fresh process has after running `code`."""
    script = f"{code}\nimport sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "module", ["shared.runtime", "shared.cloud.firestore", "shared.cloud.pubsub"]
)
def test_an_import_loads_neither_clients_nor_cryptography(module):
    assert loaded_after(f"import {module}").isdisjoint([*HEAVY, *LATER, "flask"])


def test_declaring_a_service_loads_nothing_more():
    code = "from shared.runtime import Service\nhandle = Service('orders').entry_point"
    assert loaded_after(code).isdisjoint([*HEAVY, *LATER, "flask"])


def test_contracts_need_pydantic_alone():
    loaded = loaded_after("import shared.contracts.identity, shared.contracts.knowledge")
    assert loaded.isdisjoint([*HEAVY, *LATER, "flask", "shared.runtime", "shared.cloud"])
