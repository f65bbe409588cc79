"""The Secret Manager emulator, asked by Google's own client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.api_core import exceptions
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcTransport,
)
from joserfc import jwt
from joserfc.jwk import KeySet

from emulators.secrets.seed import seed
from emulators.secrets.server import serve
from emulators.secrets.vault import Vault
from emulators.stack.sockets import listen

PARENT = "projects/p"
NAME = f"{PARENT}/secrets/token"
LATEST = f"{NAME}/versions/latest"
REPLICATED = {"replication": {"automatic": {}}}


def client_of(vault: Vault) -> tuple[SecretManagerServiceClient, grpc.Server]:
    with listen(0) as free:
        port = free.getsockname()[1]
    server = serve(vault, f"127.0.0.1:{port}")
    channel = grpc.insecure_channel(f"127.0.0.1:{port}")
    transport = SecretManagerServiceGrpcTransport(channel=channel)
    return SecretManagerServiceClient(transport=transport), server


@pytest.fixture
def client() -> Iterator[SecretManagerServiceClient]:
    client, server = client_of(Vault())
    yield client
    server.stop(0)


@pytest.fixture
def token(client: SecretManagerServiceClient) -> str:
    client.create_secret(parent=PARENT, secret_id="token", secret=REPLICATED)
    client.add_secret_version(parent=NAME, payload={"data": b"one"})
    return NAME


def read(client: SecretManagerServiceClient, name: str = LATEST) -> bytes:
    return client.access_secret_version(name=name).payload.data


def test_latest_is_the_newest_version(client: SecretManagerServiceClient, token: str) -> None:
    added = client.add_secret_version(parent=token, payload={"data": b"two"})
    assert added.name == f"{token}/versions/2"
    assert read(client) == b"two"
    assert read(client, f"{token}/versions/1") == b"one"


def test_what_is_read_carries_its_checksum(client: SecretManagerServiceClient, token: str) -> None:
    payload = client.access_secret_version(name=LATEST).payload
    again = client.add_secret_version(parent=token, payload=payload)
    assert again.name == f"{token}/versions/2"


def test_a_wrong_checksum_is_refused(client: SecretManagerServiceClient, token: str) -> None:
    with pytest.raises(exceptions.InvalidArgument):
        client.add_secret_version(parent=token, payload={"data": b"two", "data_crc32c": 1})


def test_a_disabled_version_cannot_be_read_until_it_is_enabled(
    client: SecretManagerServiceClient, token: str
) -> None:
    client.disable_secret_version(name=LATEST)
    with pytest.raises(exceptions.FailedPrecondition, match="DISABLED"):
        read(client)
    client.enable_secret_version(name=f"{token}/versions/1")
    assert read(client) == b"one"


def test_a_destroyed_version_is_gone_for_good(
    client: SecretManagerServiceClient, token: str
) -> None:
    client.destroy_secret_version(name=f"{token}/versions/1")
    with pytest.raises(exceptions.FailedPrecondition, match="DESTROYED"):
        read(client)
    with pytest.raises(exceptions.FailedPrecondition):
        client.enable_secret_version(name=f"{token}/versions/1")
    assert client.get_secret_version(name=f"{token}/versions/1").destroy_time


def test_what_does_not_exist_is_not_found(client: SecretManagerServiceClient, token: str) -> None:
    for name in (f"{PARENT}/secrets/none/versions/latest", f"{token}/versions/9"):
        with pytest.raises(exceptions.NotFound):
            read(client, name)
    with pytest.raises(exceptions.NotFound):
        client.add_secret_version(parent=f"{PARENT}/secrets/none", payload={"data": b"x"})


def test_a_secret_is_made_once(client: SecretManagerServiceClient, token: str) -> None:
    with pytest.raises(exceptions.AlreadyExists):
        client.create_secret(parent=PARENT, secret_id="token", secret=REPLICATED)


@pytest.mark.parametrize("secret_id", ["", "a/b", "ü", "x" * 256])
def test_a_name_out_of_form_is_refused(client: SecretManagerServiceClient, secret_id: str) -> None:
    with pytest.raises(exceptions.InvalidArgument):
        client.create_secret(parent=PARENT, secret_id=secret_id, secret=REPLICATED)


def test_lists_come_in_pages_newest_first(client: SecretManagerServiceClient, token: str) -> None:
    for data in (b"two", b"three"):
        client.add_secret_version(parent=token, payload={"data": data})
    pages = client.list_secret_versions(request={"parent": token, "page_size": 2}).pages
    numbers = [[v.name.rpartition("/")[2] for v in page.versions] for page in pages]
    assert numbers == [["3", "2"], ["1"]]
    assert [secret.name for secret in client.list_secrets(parent=PARENT)] == [token]
    assert not list(client.list_secrets(parent="projects/another"))


def test_what_it_cannot_do_is_said_and_not_ignored(
    client: SecretManagerServiceClient, token: str
) -> None:
    with pytest.raises(exceptions.MethodNotImplemented):
        client.delete_secret(name=token)
    with pytest.raises(exceptions.MethodNotImplemented):
        list(client.list_secrets(request={"parent": PARENT, "filter": "name:token"}))
    with pytest.raises(exceptions.MethodNotImplemented):
        secret = {**REPLICATED, "ttl": {"seconds": 60}}
        client.create_secret(parent=PARENT, secret_id="short", secret=secret)


def test_secrets_on_disk_outlive_the_server_and_are_private(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    seed(Vault(file), "p")
    assert file.stat().st_mode & 0o077 == 0
    before = json.loads(Vault(file).access(f"{PARENT}/secrets/jwt-signing-keys/versions/1")[1])
    seed(Vault(file), "p")
    client, server = client_of(Vault(file))
    kept = read(client, f"{PARENT}/secrets/jwt-signing-keys/versions/latest")
    server.stop(0)
    assert json.loads(kept) == before


def test_the_seeded_keys_sign_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-mine")
    vault = Vault()
    seed(vault, "p")
    keys = KeySet.import_key_set(
        json.loads(vault.access(f"{PARENT}/secrets/jwt-signing-keys/versions/latest")[1])
    )
    header = {"alg": "ES256", "kid": keys.keys[0].kid}
    signed = jwt.encode(header, {"sub": "me"}, keys, algorithms=["ES256"])
    assert jwt.decode(signed, keys, algorithms=["ES256"]).claims == {"sub": "me"}
    assert vault.access(f"{PARENT}/secrets/openai-api-key/versions/latest")[1] == b"sk-mine"
