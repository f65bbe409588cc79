"""The complete service in the README works as it stands there."""

import re
import sys
import types
from pathlib import Path

import pytest

import shared.runtime
from shared.runtime.caller import TokenVerifier

README = Path(shared.runtime.__file__).with_name("README.md")


@pytest.fixture
def bookings(monkeypatch):
    """The first Python block of the README, imported as a module."""
    code = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL)[1]
    module = types.ModuleType("bookings")
    monkeypatch.setitem(sys.modules, "bookings", module)
    exec(code, module.__dict__)
    return module


def test_it_books_lists_and_confirms(bookings, serve, signer, tenant, door, monkeypatch):
    monkeypatch.setattr(bookings.service, "verifier", TokenVerifier("bookings", signer.jwks))
    client = serve(bookings.service)
    bearer = {"Authorization": f"Bearer {signer.token(tenant, 'bookings')}"}
    made = client.post("/v1/bookings", json={"room": "blue"}, headers=bearer).get_json()
    door.client = client
    assert door.push(bookings.BookingMade(booking_id=made["id"])).status_code == 204
    (listed,) = client.get("/v1/bookings", headers=bearer).get_json()["items"]
    assert (listed["id"], listed["room"], listed["confirmed"]) == (made["id"], "blue", True)
