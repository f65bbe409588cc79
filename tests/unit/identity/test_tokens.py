"""Access and internal tokens: who may read which, for how long, through which rotation of keys."""

import base64
import json
import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from shared.contracts.identity import INTERNAL_ISSUER
from shared.identity import tokens
from shared.identity.tokens import ExpiredToken, InvalidToken, Principal

NOON = datetime(2026, 3, 1, 12, 0, 0, 999_999, tzinfo=UTC)
OWNER = Principal(
    tenant="ten_1", subject="usr_1", kind="user", scopes=("ask", "read"), session="ses_1"
)
CURRENT = tokens.new_key()


def keys_of(*private_keys):
    return tokens.load_keys(json.dumps({"keys": private_keys}))


KEYS = keys_of(CURRENT)


def later(seconds):
    return NOON + timedelta(seconds=seconds)


def parts_of(text):
    header, claims, _ = text.split(".")
    return tuple(json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, claims))


def signed(header=(), key=None, **changed):
    """An access token as we sign it, but for what is changed; None leaves a claim out."""
    good_header, good_claims = parts_of(tokens.sign_access(KEYS, OWNER, NOON))
    claims = {name: value for name, value in (good_claims | changed).items() if value is not None}
    return jwt.encode(good_header | dict(header), claims, key or ECKey.import_key(CURRENT))


def test_an_access_token_speaks_for_whom_it_was_signed():
    assert tokens.read_access(KEYS, tokens.sign_access(KEYS, OWNER, NOON), later(1)) == OWNER


def test_an_access_token_carries_the_claims_of_the_contract():
    header, claims = parts_of(tokens.sign_access(KEYS, OWNER, NOON))
    assert header == {"alg": "ES256", "typ": "at+jwt", "kid": CURRENT["kid"]}
    issued = int(NOON.timestamp())
    assert len(claims.pop("jti")) == 16
    assert claims == {
        "iss": "frontdesk-authentication",
        "aud": "frontdesk-api",
        "sub": "usr_1",
        "tenant": "ten_1",
        "kind": "user",
        "scopes": ["ask", "read"],
        "sid": "ses_1",
        "iat": issued,
        "exp": issued + 900,
    }


def test_an_internal_token_names_its_audience_and_lives_a_minute():
    key = Principal(tenant="ten_1", subject="key_1", kind="api_key", scopes=("ask",))
    header, claims = parts_of(
        tokens.sign_internal(KEYS, key, ["knowledge-base", "similarity-search"], NOON)
    )
    assert header == {"alg": "ES256", "typ": "internal+jwt", "kid": CURRENT["kid"]}
    assert claims["iss"] == INTERNAL_ISSUER
    assert claims["aud"] == ["knowledge-base", "similarity-search"]
    assert claims["exp"] - claims["iat"] == 60
    assert "sid" not in claims


def test_two_tokens_for_one_principal_have_ids_of_their_own():
    ids = {parts_of(tokens.sign_access(KEYS, OWNER, NOON))[1]["jti"] for _ in range(20)}
    assert len(ids) == 20


def test_an_access_token_expires_after_fifteen_minutes_and_the_leeway_for_clocks():
    text = tokens.sign_access(KEYS, OWNER, NOON)
    assert tokens.read_access(KEYS, text, later(904)) == OWNER
    with pytest.raises(ExpiredToken):
        tokens.read_access(KEYS, text, later(905))


def test_a_token_from_a_clock_slightly_ahead_is_accepted_and_one_from_the_future_is_not():
    text = tokens.sign_access(KEYS, OWNER, NOON)
    assert tokens.read_access(KEYS, text, later(-5)) == OWNER
    with pytest.raises(InvalidToken):
        tokens.read_access(KEYS, text, later(-60))


def test_an_internal_token_does_not_open_the_public_door():
    with pytest.raises(InvalidToken):
        tokens.read_access(KEYS, tokens.sign_internal(KEYS, OWNER, ["frontdesk-api"], NOON), NOON)


def test_nobody_outside_can_be_the_system():
    system = Principal(tenant="ten_1", subject="system", kind="system", scopes=("admin",))
    with pytest.raises(ValueError, match="system"):
        tokens.sign_access(KEYS, system, NOON)
    with pytest.raises(InvalidToken):
        tokens.read_access(KEYS, signed(kind="system"), NOON)


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": INTERNAL_ISSUER},
        {"iss": None},
        {"aud": "knowledge-base"},
        {"aud": ["knowledge-base"]},
        {"aud": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": None},
        {"sub": None},
        {"sub": 7},
        {"tenant": None},
        {"kind": "root"},
        {"scopes": ["everything"]},
        {"scopes": "admin"},
        {"nbf": int(NOON.timestamp()) + 600},
    ],
    ids=str,
)
def test_a_signed_token_with_wrong_claims_is_refused(changed):
    with pytest.raises(InvalidToken):
        tokens.read_access(KEYS, signed(**changed), NOON)


@pytest.mark.parametrize(
    "header",
    [{"typ": "JWT"}, {"typ": "internal+jwt"}, {"kid": "another"}, {"kid": ""}],
    ids=str,
)
def test_a_signed_token_with_a_foreign_header_is_refused(header):
    with pytest.raises(InvalidToken):
        tokens.read_access(KEYS, signed(header), NOON)


def test_a_token_without_a_key_id_is_refused():
    claims = parts_of(tokens.sign_access(KEYS, OWNER, NOON))[1]
    text = jwt.encode({"alg": "ES256", "typ": "at+jwt"}, claims, ECKey.import_key(CURRENT))
    with pytest.raises(InvalidToken):
        tokens.read_access(KEYS, text, NOON)


def test_a_key_of_the_attacker_is_refused_under_our_key_id_and_in_the_header():
    attacker = ECKey.generate_key("P-256")
    embedded = {"jwk": attacker.as_dict(private=False)}
    for header in ({}, embedded):
        with pytest.raises(InvalidToken):
            tokens.read_access(KEYS, signed(header, key=attacker), NOON)


def test_a_token_signed_with_the_public_key_as_a_shared_secret_is_refused():
    public = json.dumps(tokens.public_jwks(KEYS)["keys"][0])
    header, claims = parts_of(tokens.sign_access(KEYS, OWNER, NOON))
    text = jwt.encode(header | {"alg": "HS256"}, claims, OctKey.import_key(public))
    with pytest.raises(InvalidToken):
        tokens.read_access(KEYS, text, NOON)


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "ES384", "", None, 5, ["ES256"]])
def test_a_token_without_an_es256_signature_is_refused(algorithm):
    _, claims, signature = tokens.sign_access(KEYS, OWNER, NOON).split(".")
    header = base64.urlsafe_b64encode(
        json.dumps({"alg": algorithm, "typ": "at+jwt", "kid": CURRENT["kid"]}).encode()
    ).rstrip(b"=")
    for ending in (signature, ""):
        with pytest.raises(InvalidToken):
            tokens.read_access(KEYS, f"{header.decode()}.{claims}.{ending}", NOON)


LETTERS = string.ascii_letters + string.digits + "-_."


@given(st.integers(0, 10_000), st.integers(1, len(LETTERS) - 1))
def test_one_changed_character_makes_a_token_invalid(place, shift):
    text = tokens.sign_access(KEYS, OWNER, NOON)
    at = place % len(text)
    wrong = LETTERS[(LETTERS.index(text[at]) + shift) % len(LETTERS)]
    with pytest.raises(InvalidToken):
        tokens.read_access(KEYS, text[:at] + wrong + text[at + 1 :], NOON)


@given(st.text(max_size=300) | st.text("aA0.", max_size=60))
def test_any_other_text_is_an_invalid_token(text):
    with pytest.raises(InvalidToken):
        tokens.read_access(KEYS, text, NOON)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
HEADERS = (
    JSON
    | st.sampled_from(["alg", ["alg"]])
    | st.fixed_dictionaries(
        {"alg": st.just("ES256") | JSON, "kid": st.just(CURRENT["kid"]) | JSON},
        optional={name: JSON for name in ("typ", "crit", "b64", "jwk", "x5u")},
    )
)


@given(HEADERS)
def test_any_header_of_json_makes_an_invalid_token(header):
    encoded = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    with pytest.raises(InvalidToken):
        tokens.read_access(KEYS, f"{encoded}.e30.AAAA", NOON)


def test_a_rotation_of_the_keys_never_logs_anybody_out():
    coming = tokens.new_key()
    before, announced, switched = (
        keys_of(CURRENT),
        keys_of(CURRENT, coming),
        keys_of(coming, CURRENT),
    )
    old = tokens.sign_access(before, OWNER, NOON)
    new = tokens.sign_access(switched, OWNER, NOON)
    assert parts_of(new)[0]["kid"] == coming["kid"]
    for keys in (announced, switched):
        assert tokens.read_access(keys, old, NOON) == OWNER
        assert tokens.read_access(keys, new, NOON) == OWNER


def test_a_key_that_was_dropped_opens_nothing():
    old = tokens.sign_access(KEYS, OWNER, NOON)
    with pytest.raises(InvalidToken):
        tokens.read_access(keys_of(tokens.new_key()), old, NOON)


def test_the_published_set_verifies_tokens_and_holds_no_private_part():
    keys = keys_of(CURRENT, tokens.new_key())
    published = tokens.public_jwks(keys)
    assert [set(key) for key in published["keys"]] == [
        {"kty", "crv", "x", "y", "kid", "use", "alg"}
    ] * 2
    text = tokens.sign_internal(keys, OWNER, ["knowledge-base"], NOON)
    outside = KeySet.import_key_set(json.loads(json.dumps(published)))
    assert jwt.decode(text, outside, algorithms=["ES256"]).claims["sub"] == "usr_1"


def test_a_previous_key_may_be_kept_by_its_public_part_alone():
    old = tokens.sign_access(KEYS, OWNER, NOON)
    public = tokens.public_jwks(KEYS)["keys"][0]
    assert tokens.read_access(keys_of(tokens.new_key(), public), old, NOON) == OWNER


def bare(key):
    """The key as other tools make it: without id, use and algorithm."""
    return {name: key[name] for name in ("kty", "crv", "x", "y", "d")}


def test_a_key_without_an_id_is_known_by_its_thumbprint():
    keys = keys_of(bare(CURRENT))
    assert parts_of(tokens.sign_access(keys, OWNER, NOON))[0]["kid"] == CURRENT["kid"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "7",
        "{}",
        '{"keys": []}',
        '{"keys": [7]}',
        json.dumps({"keys": [bare(CURRENT) | {"d": "AAAA"}]}),
        json.dumps({"keys": [bare(CURRENT) | {"crv": "P-999"}]}),
        json.dumps({"keys": [CURRENT, CURRENT]}),
        json.dumps({"keys": [tokens.public_jwks(KEYS)["keys"][0]]}),
        json.dumps({"keys": [ECKey.generate_key("P-384").as_dict(private=True)]}),
        json.dumps({"keys": [OctKey.generate_key(256).as_dict(private=True)]}),
    ],
    ids=range(13),
)
def test_a_set_that_cannot_sign_is_refused_without_being_quoted(text):
    with pytest.raises(ValueError, match="signing key") as refused:
        tokens.load_keys(text)
    assert CURRENT["d"] not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
