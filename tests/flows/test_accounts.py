"""Businesses sign up, log in and out, and hand out keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import grpc
import requests
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcTransport,
)

from emulators.stack.backends import PROJECT
from shared.identity import tokens
from tests.flows.business import Business, sign_up, some_address
from tests.flows.client import Client, done, refused
from tests.flows.running_product import Product, eventually

FREE_FAILURES = 5


def nobody(business: Business) -> Client:
    return Client(business.owner.gateway, some_address())


def holder(business: Business, access_token: str) -> Client:
    bearer = {"Authorization": f"Bearer {access_token}"}
    return Client(business.owner.gateway, some_address(), bearer)


def login(business: Business, **changed: str) -> requests.Response:
    body = {"email": business.email, "password": business.password, **changed}
    return nobody(business).post("/v1/login", body)


def refresh(business: Business, token: str) -> requests.Response:
    return nobody(business).post("/v1/token/refresh", {"refresh_token": token})


def secret(product: Product, name: str) -> str:
    """What the stack keeps under a name."""
    with grpc.insecure_channel(product.emulator("secrets")) as channel:
        transport = SecretManagerServiceGrpcTransport(channel=channel)
        client = SecretManagerServiceClient(transport=transport)
        path = f"projects/{PROJECT}/secrets/{name}/versions/latest"
        return client.access_secret_version(name=path).payload.data.decode()


def test_an_owner_is_who_signed_up(business: Business) -> None:
    me = done(business.owner.get("/v1/me"))
    assert (me["tenant_id"], me["email"]) == (business.tenant_id, business.email)
    assert (me["kind"], me["business"]) == ("user", "A shop")
    assert set(me["scopes"]) == {"ask", "read", "write", "admin"}


def test_an_address_signs_up_once(business: Business) -> None:
    body = {"email": business.email.upper(), "password": "another-pass-9", "business": "Thief"}
    refused(nobody(business).post("/v1/signup", body), 409, "conflict")


def test_a_weak_password_is_refused(business: Business) -> None:
    for password in ("short", "password123", "1234567890"):
        body = {"email": "new@shop.example", "password": password, "business": "Shop"}
        refused(nobody(business).post("/v1/signup", body), 422, "invalid-body")


def test_the_right_password_logs_in_and_the_wrong_one_tells_nothing(business: Business) -> None:
    session = done(login(business))
    assert done(holder(business, session["access_token"]).get("/v1/me"))["email"] == business.email
    wrong = refused(login(business, password="wrong-password"), 401, "unauthenticated")
    unknown = refused(login(business, email="nobody@shop.example"), 401, "unauthenticated")
    assert wrong["detail"] == unknown["detail"]


def test_wrong_passwords_make_even_the_right_one_wait_but_not_for_good(
    business: Business, product: Product
) -> None:
    def looked_at() -> bool:
        """A wrong password; those sent too early are not even looked at."""
        return login(business, password="wrong-password").status_code == 401

    for _ in range(FREE_FAILURES + 3):
        eventually(looked_at)
    waiting = login(business)
    refused(waiting, 429, "rate-limited")
    assert int(waiting.headers["Retry-After"]) > 0
    assert done(login(sign_up(product.gateway)))["access_token"]
    eventually(lambda: login(business).status_code == 200)


def test_a_refresh_token_is_good_once(business: Business) -> None:
    first = done(login(business))
    second = done(refresh(business, first["refresh_token"]))
    assert second["refresh_token"] != first["refresh_token"]
    assert done(holder(business, second["access_token"]).get("/v1/me"))["kind"] == "user"
    third = done(refresh(business, second["refresh_token"]))
    assert third["refresh_token"] not in (first["refresh_token"], second["refresh_token"])


def test_a_refresh_repeated_at_once_gives_the_same_successor(business: Business) -> None:
    first = done(login(business))["refresh_token"]
    once, twice = done(refresh(business, first)), done(refresh(business, first))
    assert once["refresh_token"] == twice["refresh_token"]


def test_a_stolen_refresh_token_ends_the_session_for_all(business: Business) -> None:
    first = done(login(business))
    second = done(refresh(business, first["refresh_token"]))
    third = done(refresh(business, second["refresh_token"]))
    refused(refresh(business, first["refresh_token"]), 401, "revoked-credentials")
    assert refresh(business, third["refresh_token"]).status_code == 401
    me = holder(business, third["access_token"]).get("/v1/me")
    refused(me, 401, "revoked-credentials")
    assert done(business.owner.get("/v1/me"))["kind"] == "user"  # another session


def test_a_made_up_refresh_token_ends_nothing(business: Business) -> None:
    token = done(login(business))["refresh_token"]
    refused(refresh(business, token[:-4] + "AAAA"), 401, "unauthenticated")
    refused(refresh(business, "fd_rt_nonsense"), 401, "unauthenticated")
    assert done(refresh(business, token))["refresh_token"]


def test_logging_out_ends_the_session_at_once(business: Business) -> None:
    session = done(login(business))
    user = holder(business, session["access_token"])
    assert done(user.get("/v1/me"))["kind"] == "user"
    assert user.post("/v1/logout").status_code == 204
    refused(user.get("/v1/me"), 401, "revoked-credentials")
    assert refresh(business, session["refresh_token"]).status_code == 401
    assert done(business.owner.get("/v1/me"))["kind"] == "user"


def test_a_key_is_shown_once_and_never_listed(business: Business) -> None:
    created = business.key(name="till", scopes=["ask", "read"])
    listed = done(business.owner.get("/v1/api-keys"))["items"]
    [seen] = [key for key in listed if key["id"] == created["id"]]
    assert seen == {name: value for name, value in created.items() if name != "key"}
    assert created["key"].endswith(seen["hint"])
    assert created["key"] not in business.owner.get("/v1/api-keys").text


def test_a_repeated_creation_does_not_show_the_key_again(business: Business) -> None:
    body, headers = {"name": "till"}, {"Idempotency-Key": "key-1"}
    done(business.owner.post("/v1/api-keys", body, headers=headers), 201)
    refused(business.owner.post("/v1/api-keys", body, headers=headers), 409, "conflict")
    assert len(done(business.owner.get("/v1/api-keys"))["items"]) == 2


def test_a_revoked_key_is_refused_at_once_and_stays_listed(business: Business) -> None:
    created = business.key()
    client = business.client(created["key"])
    assert done(client.get("/v1/documents"))["items"] == []
    assert business.owner.delete(f"/v1/api-keys/{created['id']}").status_code == 204
    refused(client.get("/v1/documents"), 401, "revoked-credentials")
    listed = done(business.owner.get("/v1/api-keys"))["items"]
    assert next(key for key in listed if key["id"] == created["id"])["revoked_at"]
    assert done(business.staff.get("/v1/documents"))["items"] == []


def test_a_key_past_its_time_is_refused(business: Business) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    client = business.client(business.key(expires_at=past.isoformat())["key"])
    refused(client.get("/v1/documents"), 401, "expired-credentials")


def test_an_access_token_past_its_time_is_refused(business: Business, product: Product) -> None:
    keys = tokens.load_keys(secret(product, "jwt-signing-keys"))
    user = {"subject": business.tokens["user_id"], "kind": "user", "session": "ses_1"}
    holds = tokens.Principal(tenant=business.tenant_id, scopes=("read",), **user)
    long_ago = datetime.now(UTC) - timedelta(hours=2)
    client = holder(business, tokens.sign_access(keys, holds, long_ago))
    refused(client.get("/v1/documents"), 401, "expired-credentials")


def test_a_key_expires_while_it_is_used(business: Business) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=3)
    client = business.client(business.key(expires_at=soon.isoformat())["key"])
    eventually(lambda: client.get("/v1/documents").status_code == 401)
    assert datetime.now(UTC) >= soon
    refused(client.get("/v1/documents"), 401, "expired-credentials")


def test_a_key_does_what_its_scopes_say_and_no_more(business: Business) -> None:
    [document] = business.learn("Open on Sundays.")
    asking = business.client(business.key(scopes=["ask"])["key"])
    reading = business.client(business.key(scopes=["ask", "read"])["key"])
    assert done(asking.post("/v1/answers", {"question": "When is it open?"}))["id"]
    refused(asking.post("/v1/search", {"query": "open"}), 403, "forbidden")
    assert done(reading.get(f"/v1/documents/{document['id']}"))["id"] == document["id"]
    refused(reading.post("/v1/documents", {"text": "Closed."}), 403, "forbidden")
    refused(reading.delete(f"/v1/documents/{document['id']}"), 403, "forbidden")
    for staff in (reading, business.staff):
        refused(staff.get("/v1/api-keys"), 403, "forbidden")
        refused(staff.post("/v1/api-keys", {"name": "more"}), 403, "forbidden")


def test_nobody_hands_out_more_than_they_hold(business: Business) -> None:
    admin = business.client(business.key(scopes=["admin"])["key"])
    refused(admin.post("/v1/api-keys", {"name": "a", "scopes": ["write"]}), 403, "forbidden")
    assert done(admin.post("/v1/api-keys", {"name": "a", "scopes": ["admin"]}), 201)["key"]
