"""What is on disk: nothing acknowledged is lost, nothing destroyed comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.api_core import exceptions

from tests.emulators.test_secrets.conftest import (
    LATEST,
    NAME,
    PARENT,
    REPLICATED,
    Emulator,
    running,
)

SEED = ("--seed-secrets", "p")
SIGNING_KEYS = f"{PARENT}/secrets/jwt-signing-keys/versions/latest"
OPENAI_KEY = f"{PARENT}/secrets/openai-api-key/versions/latest"


def numbers(emulator: Emulator) -> list[str]:
    listed = emulator.client.list_secret_versions(parent=NAME)
    return [version.name.rpartition("/")[2] for version in listed]


def test_nothing_acknowledged_is_lost_when_it_is_killed(tmp_path: Path) -> None:
    payloads = [str(n).encode() for n in range(12)]
    with running("--data", tmp_path) as emulator:
        emulator.add_token(*payloads)
        before = list(emulator.client.list_secret_versions(parent=NAME))
        emulator.kill()
    with running("--data", tmp_path) as again:
        assert list(again.client.list_secret_versions(parent=NAME)) == before
        assert numbers(again) == [str(n) for n in range(12, 0, -1)]
        assert again.read() == b"11"
        assert again.read(f"{NAME}/versions/2") == b"1"


def test_states_outlive_the_process(tmp_path: Path) -> None:
    with running("--data", tmp_path) as emulator:
        emulator.add_token(b"one", b"two", b"three")
        emulator.client.destroy_secret_version(name=f"{NAME}/versions/1")
        emulator.client.disable_secret_version(name=f"{NAME}/versions/2")
        emulator.kill()
    with running("--data", tmp_path) as again:
        with pytest.raises(exceptions.FailedPrecondition, match="DESTROYED"):
            again.read(f"{NAME}/versions/1")
        again.client.enable_secret_version(name=f"{NAME}/versions/2")
        assert again.read(f"{NAME}/versions/2") == b"two"
        assert again.client.add_secret_version(parent=NAME, payload={"data": b"4"}).name == (
            f"{NAME}/versions/4"
        )


def test_secrets_are_listed_newest_first_after_a_restart(tmp_path: Path) -> None:
    with running("--data", tmp_path) as emulator:
        for name in ("b", "c", "a"):
            emulator.client.create_secret(parent=PARENT, secret_id=name, secret=REPLICATED)
    with running("--data", tmp_path) as again:
        listed = [one.name[-1] for one in again.client.list_secrets(parent=PARENT)]
    assert listed == ["a", "c", "b"]


def test_a_reset_empties_the_disk_too(tmp_path: Path) -> None:
    with running("--data", tmp_path) as emulator:
        emulator.add_token(b"one")
        emulator.ask("POST", "/reset")
        emulator.kill()
    with running("--data", tmp_path) as again:
        assert again.export() == []


def test_only_the_user_may_read_the_files(tmp_path: Path) -> None:
    with running("--data", tmp_path) as emulator:
        emulator.add_token(b"one")
        files = list(tmp_path.glob("secrets.sqlite*"))
        assert files
        assert all(file.stat().st_mode & 0o077 == 0 for file in files)


def test_seeding_again_changes_nothing(tmp_path: Path) -> None:
    with running("--data", tmp_path, *SEED, OPENAI_API_KEY="sk-first") as emulator:
        before = emulator.read(SIGNING_KEYS)
        emulator.kill()
    with running("--data", tmp_path, *SEED, OPENAI_API_KEY="sk-second") as again:
        assert again.read(SIGNING_KEYS) == before
        assert again.read(OPENAI_KEY) == b"sk-first"
        assert len(again.export()) == 4


def test_a_seeding_that_was_cut_short_is_completed(tmp_path: Path) -> None:
    with running("--data", tmp_path) as emulator:
        secret_id = "openai-api-key"
        emulator.client.create_secret(parent=PARENT, secret_id=secret_id, secret=REPLICATED)
        with pytest.raises(exceptions.NotFound):
            emulator.read(LATEST.replace("token", secret_id))
    with running("--data", tmp_path, *SEED, OPENAI_API_KEY="sk-mine") as again:
        assert again.read(OPENAI_KEY) == b"sk-mine"
