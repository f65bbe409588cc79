"""The Secret Manager emulator, asked by Google's own client."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from google.api_core import exceptions
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.emulators.test_secrets.conftest import (
    LATEST,
    PARENT,
    REPLICATED,
    Emulator,
    running,
)


@pytest.fixture(scope="module")
def running_emulator() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


@pytest.fixture
def client(running_emulator: Emulator) -> Iterator[SecretManagerServiceClient]:
    yield running_emulator.client
    running_emulator.ask("POST", "/reset")


@pytest.fixture
def token(client: SecretManagerServiceClient, running_emulator: Emulator) -> str:
    return running_emulator.add_token(b"one")


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


def test_a_page_out_of_form_is_refused(client: SecretManagerServiceClient, token: str) -> None:
    for wrong in ({"page_token": "next"}, {"page_token": "-1"}, {"page_size": -1}):
        with pytest.raises(exceptions.InvalidArgument):
            list(client.list_secret_versions(request={"parent": token, **wrong}))


@pytest.mark.parametrize(
    "field", [{"ttl": {"seconds": 60}}, {"tags": {"a": "b"}}, {"etag": '"1"'}], ids=repr
)
def test_a_field_it_would_ignore_is_refused(
    client: SecretManagerServiceClient, field: dict[str, object]
) -> None:
    with pytest.raises(exceptions.MethodNotImplemented, match=next(iter(field))):
        client.create_secret(parent=PARENT, secret_id="short", secret={**REPLICATED, **field})


def test_labels_and_annotations_are_kept(client: SecretManagerServiceClient) -> None:
    labelled = {**REPLICATED, "labels": {"team": "desk"}, "annotations": {"Why": "tests"}}
    made = client.create_secret(parent=PARENT, secret_id="token", secret=labelled)
    assert client.get_secret(name=made.name) == made
    assert dict(made.labels) == {"team": "desk"}
    assert dict(made.annotations) == {"Why": "tests"}


def test_what_it_cannot_do_is_said_and_not_ignored(
    client: SecretManagerServiceClient, token: str
) -> None:
    with pytest.raises(exceptions.MethodNotImplemented):
        client.delete_secret(name=token)
    with pytest.raises(exceptions.MethodNotImplemented):
        list(client.list_secrets(request={"parent": PARENT, "filter": "name:token"}))
    with pytest.raises(exceptions.MethodNotImplemented):
        client.destroy_secret_version(request={"name": LATEST, "etag": "1"})


def test_the_seeded_keys_sign_tokens() -> None:
    with running("--seed-secrets", "p", OPENAI_API_KEY="sk-mine") as seeded:
        jwks = json.loads(seeded.read(f"{PARENT}/secrets/jwt-signing-keys/versions/latest"))
        assert seeded.read(f"{PARENT}/secrets/openai-api-key/versions/latest") == b"sk-mine"
    keys = KeySet.import_key_set(jwks)
    header = {"alg": "ES256", "kid": keys.keys[0].kid}
    signed = jwt.encode(header, {"sub": "me"}, keys, algorithms=["ES256"])
    assert jwt.decode(signed, keys, algorithms=["ES256"]).claims == {"sub": "me"}
