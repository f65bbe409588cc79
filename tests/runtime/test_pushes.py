"""Who may push events: the bus alone."""

import json
import time

from joserfc import jwt
from joserfc.jwk import RSAKey

from shared.runtime import push_auth, signing_keys


def test_a_push_without_the_token_is_401(door):
    for query in ("", "?token=", "?token=wrong", "?token=%C3%A9"):
        assert door.client.post(f"/events{query}", json={}).status_code == 401
        assert door.client.post(f"/dead-letters{query}", json={}).status_code == 401


def test_without_a_configured_token_nobody_may_push(door, monkeypatch):
    monkeypatch.delenv("PUBSUB_VERIFICATION_TOKEN")
    assert door.client.post("/events?token=", json={}).status_code == 401


def test_in_the_cloud_google_signs_pushes(door, monkeypatch):
    key = RSAKey.generate_key(2048, parameters={"kid": "google-1"})
    jwks = json.dumps({"keys": [key.as_dict(private=False)]})
    keys = signing_keys.SigningKeys(lambda: jwks, "RS256")
    monkeypatch.setattr(push_auth, "google_keys", keys)
    monkeypatch.setenv("PUBSUB_PUSH_AUDIENCE", "https://orders")
    monkeypatch.setenv("PUBSUB_PUSH_ACCOUNT", "bus@project.iam")
    good = {
        "iss": "https://accounts.google.com",
        "aud": "https://orders",
        "email": "bus@project.iam",
        "email_verified": True,
        "exp": int(time.time()) + 60,
    }

    def pushed(**changed):
        token = jwt.encode({"alg": "RS256", "kid": "google-1"}, good | changed, key)
        bearer = {"Authorization": f"Bearer {token}"}
        push = {"message": {"data": "", "attributes": {"ce-type": "other.v1"}}}
        return door.client.post("/events", json=push, headers=bearer).status_code

    assert pushed() == 204
    assert pushed(aud="https://other") == 401
    assert pushed(email="somebody@project.iam") == 401
    assert pushed(email_verified=False) == 401
    assert pushed(iss="https://example.com") == 401
    assert pushed(exp=int(time.time()) - 60) == 401
    assert door.push(b"").status_code == 401
