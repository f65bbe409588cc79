"""The pages to look at documents, and what the service does not do."""

from __future__ import annotations

import socket

import grpc
import pytest
from google.cloud.firestore import Client

from emulators.rpc.protos import message
from tests.emulators.test_firestore.conftest import Emulator, run

ROOT = "/firestore/projects/test-project/databases/%28default%29/documents"


def test_pages_lead_from_the_databases_to_a_documents_fields(
    emulator: Emulator, db: Client
) -> None:
    db.document("books/<1>").set({"title": "Dune & more", "pages": 412})
    db.document("books/missing/pages/1").set({})
    assert 'href="/firestore"' in emulator.page("/")
    assert ROOT in emulator.page("/firestore")
    assert f"{ROOT}/books" in emulator.page(ROOT)
    listed = emulator.page(f"{ROOT}/books")
    assert "&lt;1&gt;" in listed
    assert "missing" in listed
    shown = emulator.page(f"{ROOT}/books/%3C1%3E")
    assert "Dune &amp; more" in shown
    assert "412" in shown
    assert f"{ROOT}/books/missing/pages" in emulator.page(f"{ROOT}/books/missing")


def test_there_is_no_page_for_what_is_not_there(emulator: Emulator) -> None:
    assert emulator.refused("GET", "/firestore/projects/nobody/databases/none/documents")
    assert emulator.refused("GET", "/elsewhere")


def test_an_unknown_emulator_cannot_be_reset(emulator: Emulator) -> None:
    assert "no emulator" in emulator.refused("POST", "/reset?only=spanner")


def test_a_method_it_does_not_have_is_unimplemented(emulator: Emulator) -> None:
    with grpc.insecure_channel(emulator.address) as channel:
        write = channel.stream_stream("/google.firestore.v1.Firestore/Write")
        with pytest.raises(grpc.RpcError) as refused:
            next(write(iter([b""])))
    assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_it_listens_on_the_loopback_interface_alone(emulator: Emulator) -> None:
    _, port = emulator.address.split(":")
    socket.create_connection(("127.0.0.1", int(port))).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", int(port)))


def test_a_taken_port_is_said_in_one_line(emulator: Emulator) -> None:
    _, port = emulator.address.split(":")
    ended = run("--firestore-port", port)
    assert ended.returncode == 1
    assert ended.stderr == f"emulators: cannot listen on port {port}\n"


def test_its_messages_are_those_of_the_api() -> None:
    document = message("google.firestore.v1.Document")(name="n")
    document.fields["a"].integer_value = 1
    from google.cloud.firestore_v1.types import Document

    assert Document.deserialize(document.SerializeToString()).fields["a"].integer_value == 1
