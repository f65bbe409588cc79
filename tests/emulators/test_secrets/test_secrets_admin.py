"""What the admin API shows and does: pages, export, reset and faults; values stay inside."""

from __future__ import annotations

import grpc
import pytest
from google.api_core import exceptions

from tests.emulators.test_secrets.conftest import LATEST, NAME, PARENT, Emulator

METHOD = "google.cloud.secretmanager.v1.SecretManagerService"


def test_pages_lead_to_the_versions_and_their_states(emulator: Emulator) -> None:
    emulator.add_token(b"one", b"two")
    emulator.client.destroy_secret_version(name=f"{NAME}/versions/1")
    assert 'href="/secrets"' in emulator.ask("GET", "/").decode()
    assert f'href="/secrets/{NAME}"' in emulator.ask("GET", "/secrets").decode()
    shown = emulator.ask("GET", f"/secrets/{NAME}").decode()
    assert shown.index("enabled") < shown.index("destroyed</td>")


def test_there_is_no_page_of_a_secret_that_is_not_there(emulator: Emulator) -> None:
    assert emulator.status(f"/secrets/{NAME}") == 404


def test_no_page_and_no_export_holds_a_value(emulator: Emulator) -> None:
    emulator.add_token(b"hunter2")
    base64 = b"aHVudGVyMg"
    for path in ("/secrets", f"/secrets/{NAME}", "/export"):
        shown = emulator.ask("GET", path)
        assert b"token" in shown
        assert b"hunter2" not in shown
        assert base64 not in shown


def test_an_export_has_every_secret_and_version(emulator: Emulator) -> None:
    emulator.add_token(b"one", b"two")
    emulator.client.disable_secret_version(name=LATEST)
    secret, newest, oldest = emulator.export()
    assert secret["emulator"] == "secrets"
    assert secret["secret"]["name"] == NAME
    assert newest["version"]["state"] == "DISABLED"
    assert oldest["version"]["name"] == f"{NAME}/versions/1"


def test_a_reset_forgets_every_secret(emulator: Emulator) -> None:
    emulator.add_token(b"one")
    emulator.ask("POST", "/reset?only=secrets")
    assert not list(emulator.client.list_secrets(parent=PARENT))
    emulator.add_token(b"again")
    assert emulator.read(f"{NAME}/versions/1") == b"again"


def test_a_fault_strikes_the_methods_its_glob_matches(emulator: Emulator) -> None:
    emulator.add_token(b"one")
    emulator.ask("POST", "/faults", method="*/AccessSecretVersion", code="PERMISSION_DENIED")
    assert emulator.client.get_secret(name=NAME).name == NAME
    with pytest.raises(exceptions.PermissionDenied):
        emulator.read()
    assert emulator.read() == b"one"


def test_a_lost_answer_is_of_a_version_that_was_added(emulator: Emulator) -> None:
    emulator.add_token(b"one")
    emulator.ask("POST", "/faults", method="*/Add*", code="INTERNAL", after=True)
    with pytest.raises(exceptions.InternalServerError):
        emulator.client.add_secret_version(parent=NAME, payload={"data": b"two"})
    assert emulator.read() == b"two"


@pytest.mark.parametrize("method", ["UpdateSecret", "DeleteSecret", "SetIamPolicy", "RotateSecret"])
def test_a_method_it_does_not_have_is_unimplemented(emulator: Emulator, method: str) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        emulator.channel.unary_unary(f"/{METHOD}/{method}")(b"")
    assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED
