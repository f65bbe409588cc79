"""Who may call: internal tokens that were signed for this service, now, with a known key."""

import base64
import hmac
import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey

from shared.runtime import Problem, signing_keys
from shared.runtime.caller import TokenVerifier

PATH = "/v1/orders"


@pytest.fixture
def token(door, signer, tenant, orders):
    """Makes a token for the orders service, with changes."""

    def make(tenant=tenant, **changed):
        return signer.token(tenant, orders.service.name, **changed)

    return make


def status(door, token):
    return door("GET", PATH, token=token).status_code


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def test_a_good_token_is_let_in(door, token):
    assert status(door, token()) == 200


def test_no_token_is_401_and_says_what_to_send(door):
    answer = door("GET", PATH, token="")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_another_scheme_is_401(door, token):
    basic = {"Authorization": f"Basic {token()}"}
    assert door("GET", PATH, token="", headers=basic).status_code == 401


def test_a_token_for_another_service_is_401(door, signer, tenant):
    assert status(door, signer.token(tenant, "another-service")) == 401


def test_one_audience_among_several_is_enough(door, token, orders):
    assert status(door, token(aud=["another-service", orders.service.name])) == 200


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "tenant", "kind", "exp"])
def test_a_token_without_a_claim_is_401(door, token, claim):
    assert status(door, token(**{claim: None})) == 401


def test_an_expired_token_is_401(door, token):
    assert status(door, token(exp=int(time.time()) - 60)) == 401


def test_a_token_of_another_issuer_is_401(door, token):
    assert status(door, token(iss="frontdesk-authentication")) == 401


@pytest.mark.parametrize(
    "other", ["directory", "ten_1", "../" + "A" * 26, "ten_" + "A" * 26 + "\n"]
)
def test_a_token_that_names_no_tenant_of_ours_is_401(door, token, other):
    assert status(door, token(tenant=other)) == 401


def test_a_changed_token_is_401(door, token):
    header, claims, signature = token().split(".")
    read = json.loads(base64.urlsafe_b64decode(claims + "=="))
    forged = encoded(json.dumps(read | {"sub": "usr_2"}).encode())
    assert status(door, f"{header}.{forged}.{signature}") == 401


def test_a_token_signed_by_a_stranger_under_our_key_id_is_401(door, signer, token):
    claims = jwt.decode(token(), signer.key).claims
    stranger = ECKey.generate_key("P-256")
    forged = jwt.encode({"alg": "ES256", "kid": signer.key.kid}, claims, stranger)
    assert status(door, forged) == 401


def test_alg_none_is_401(door, token):
    _, claims, _ = token().split(".")
    header = encoded(json.dumps({"alg": "none"}).encode())
    assert status(door, f"{header}.{claims}.") == 401


def test_the_public_key_is_no_hmac_secret(door, signer, token):
    _, claims, _ = token().split(".")
    header = encoded(json.dumps({"alg": "HS256", "kid": signer.key.kid}).encode())
    for secret in (signer.key.as_pem(private=False), signer.jwks().encode()):
        signature = hmac.digest(secret, f"{header}.{claims}".encode(), "sha256")
        assert status(door, f"{header}.{claims}.{encoded(signature)}") == 401


def test_a_rotated_key_is_seen_at_once_and_the_old_one_forgotten(door, signer, token, monkeypatch):
    old = token()
    assert status(door, old) == 200
    monkeypatch.setattr(signing_keys, "UNKNOWN_KEY_PAUSE", 0.0)
    signer.rotate()
    assert status(door, token()) == 200
    assert status(door, old) == 401


def test_unknown_keys_do_not_have_the_keys_fetched_for_every_request(signer, tenant):
    fetches = []
    verifier = TokenVerifier("orders", lambda: fetches.append(1) or signer.jwks())
    verifier.verify(signer.token(tenant, "orders"))
    for _ in range(5):
        with pytest.raises(Problem):
            verifier.verify(signer.token(tenant, "orders", header={"kid": "kid_unknown"}))
    assert len(fetches) == 1


def test_known_keys_outlive_the_authority(signer, tenant, monkeypatch):
    answers = [signer.jwks()]

    def fetch():
        if answers:
            return answers.pop()
        raise Problem("unavailable")

    verifier = TokenVerifier("orders", fetch)
    monkeypatch.setattr(signing_keys, "KEEP_SECONDS", 0.0)
    for _ in range(3):
        assert verifier.verify(signer.token(tenant, "orders")).tenant == tenant


@pytest.mark.parametrize("text", ["", "not json", '{"no": "keys"}', '{"keys": [{"kty": "x"}]}'])
def test_without_any_keys_the_service_is_unavailable_rather_than_closed(signer, tenant, text):
    verifier = TokenVerifier("orders", lambda: text)
    with pytest.raises(Problem) as problem:
        verifier.verify(signer.token(tenant, "orders"))
    assert problem.value.status == 503


def test_what_the_caller_may_not_do_is_403(door, token):
    assert status(door, token(scopes=("ask",))) == 403
    reader = token(scopes=("read",))
    assert status(door, reader) == 200
    assert door("POST", PATH, {"item": "tea"}, token=reader).status_code == 403
    assert door("GET", "/v1/secrets.json", token=reader).status_code == 403
    assert door("GET", "/v1/secrets.json").status_code == 200


def test_an_anonymous_route_takes_no_notice_of_credentials(door):
    for given_token in ("", "rubbish"):
        assert door("GET", "/v1/open", token=given_token).get_json() == {"text": "None"}


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=80) | st.from_regex(r"[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*"))
def test_no_text_is_more_than_unauthenticated(signer, text):
    verifier = TokenVerifier("orders", signer.jwks)
    with pytest.raises(Problem) as problem:
        verifier.verify(text)
    assert problem.value.status == 401
