"""functions/services.yaml says what the code does: nothing more, nothing less."""

from __future__ import annotations

import re

import pytest

from emulators.cli.openapi import DOCUMENT, render
from shared.runtime.service import JWKS_PATH
from tests.architecture.services import MANIFEST, NAMES, ROOT, declared, entry, folder

KNOWN_KEYS = {
    *("domain", "port", "folder", "signature", "routes", "anonymous", "publishes", "listens"),
    *("calls", "secrets", "schedule", "instance"),
}
SERVICES = [name for name in NAMES if name != "api-gateway"]


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_has_only_known_keys(name: str) -> None:
    assert set(entry(name)) <= KNOWN_KEYS
    assert {"domain", "port", "folder", "instance"} <= set(entry(name))


@pytest.mark.parametrize("name", SERVICES)
def test_the_routes_are_those_of_the_code(name: str) -> None:
    assert set(entry(name).get("routes", [])) == declared(name).routes


@pytest.mark.parametrize("name", SERVICES)
def test_the_anonymous_routes_are_those_of_the_code(name: str) -> None:
    assert set(entry(name).get("anonymous", [])) == declared(name).anonymous


@pytest.mark.parametrize("name", SERVICES)
def test_the_events_heard_are_those_of_the_code(name: str) -> None:
    assert set(entry(name).get("listens", [])) == declared(name).listens


@pytest.mark.parametrize("name", SERVICES)
def test_the_events_published_are_those_of_the_code(name: str) -> None:
    assert set(entry(name).get("publishes", [])) == declared(name).publishes


@pytest.mark.parametrize("name", SERVICES)
def test_the_services_called_are_those_of_the_code(name: str) -> None:
    assert set(entry(name).get("calls", [])) == declared(name).calls
    assert declared(name).calls <= set(NAMES)


@pytest.mark.parametrize("name", SERVICES)
def test_the_secrets_read_are_those_of_the_code(name: str) -> None:
    assert set(entry(name).get("secrets", [])) == declared(name).secrets


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_that_publishes_is_ticked_so_that_its_outbox_is_swept(name: str) -> None:
    assert bool(entry(name).get("schedule")) == bool(declared(name).publishes)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_called_by_its_manifest_name(name: str) -> None:
    source = (folder(name) / "main.py").read_text()
    assert f'Service("{name}"' in source


def test_every_event_heard_is_published_by_somebody() -> None:
    published = {event for name in NAMES for event in entry(name).get("publishes", [])}
    heard = {event for name in NAMES for event in entry(name).get("listens", [])}
    assert heard <= published


def test_events_are_versioned_facts_of_a_domain() -> None:
    events = {event for name in NAMES for event in entry(name).get("publishes", [])}
    events |= set(MANIFEST["runtime"]["publishes"])
    assert [e for e in events if not re.fullmatch(r"[a-z]+\.[a-z_]+\.[a-z_]+\.v\d+", e)] == []


def test_the_signing_keys_are_where_every_service_looks_for_them() -> None:
    assert f"GET {JWKS_PATH}" in entry("authentication")["anonymous"]


def test_the_openapi_document_is_what_the_code_says() -> None:
    committed = (ROOT / DOCUMENT).read_text(encoding="utf-8")
    assert committed == render(ROOT), "stale: run `make openapi`"
