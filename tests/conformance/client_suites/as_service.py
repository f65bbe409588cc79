"""A pytest plugin: Firestore's system tests skip nothing, as if the emulator were the service."""

import sys
from pathlib import Path

import google.auth
from google.cloud.firestore import Client
from google.cloud.firestore_v1.vector import Vector
from test_utils.system import EmulatorCreds

PROJECT = "emulated-project"
DATABASES = ("(default)", "system-tests-named-db")
# The documents of the suite's own util/bootstrap_vector_index.py.
NEIGHBOURS = {
    "doc1": ([1.0, 2.0, 3.0], "red"),
    "doc2": ([2.0, 2.0, 3.0], "red"),
    "doc3": ([3.0, 4.0, 5.0], "yellow"),
}


def pytest_configure() -> None:
    """Before the tests are collected, since their marks look at the switch."""
    sys.path.insert(0, str(Path.cwd()))
    import test__helpers

    test__helpers.FIRESTORE_EMULATOR = False
    google.auth.default = lambda *_, **__: (EmulatorCreds(), PROJECT)
    for database in DATABASES:
        client = Client(project=PROJECT, database=database)
        for name, (vector, color) in NEIGHBOURS.items():
            document = client.document("vector_search", name)
            document.set({"embedding": Vector(vector), "color": color})
