"""Which keys of a published set, or of the settings, tokens may be signed with."""

import json
from typing import Any

import pytest
from jwt.algorithms import RSAAlgorithm

from server.identity.key_sets import OneKey, parse_key_set
from server.settings.public_keys import filter_algorithms
from server.settings.values import ASYMMETRIC
from tests.support.api import JSON
from tests.support.servers.tokens import (
    base64url,
    ec_key,
    ed_key,
    issuer_of,
    jwk_of,
    pem_of,
    rsa_key,
)


def kids_of(*entries: Any, algorithms: tuple[str, ...] = ("RS256", "ES256")) -> list[str | None]:
    return [key.kid for key in parse_key_set(json.dumps({"keys": entries}).encode(), algorithms)]


GOOD = jwk_of(rsa_key(), "good")
PRIVATE: JSON = {**RSAAlgorithm.to_jwk(rsa_key(), as_dict=True), "key_ops": ["verify"]}
UNUSABLE: dict[str, Any] = {
    "symmetric": {
        "kty": "oct",
        "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA",
        "alg": "HS256",
    },
    "symmetric, said to be RSA": {
        "kty": "oct",
        "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA",
        "alg": "RS256",
    },
    "symmetric, but written like a public one": {
        "kty": "oct",
        "k": base64url(pem_of(rsa_key()).encode()),
        "kid": "pem",
    },
    "private": {**PRIVATE, "kid": "private"},
    "for encryption": {**GOOD, "use": "enc"},
    "for encryption, by its operations": {**GOOD, "key_ops": ["wrapKey"]},
    "for another algorithm": {**GOOD, "alg": "RS512"},
    "for an algorithm of encryption": {**GOOD, "alg": "RSA-OAEP"},
    "for a symmetric algorithm": {**GOOD, "alg": "HS256"},
    "for no algorithm": {**GOOD, "alg": "none"},
    "of another type than configured": jwk_of(ed_key(), "ed"),
    "too short": jwk_of(rsa_key("short", 1024), "short"),
    "with an id that is no text": {**GOOD, "kid": ["good"]},
    "with a number as id": {**GOOD, "kid": 5},
    "with an algorithm that is no text": {**GOOD, "alg": ["RS256"]},
    "without type": {"kid": "x"},
    "with a type that is no text": {**GOOD, "kty": ["RSA"]},
    "without numbers": {"kty": "RSA", "kid": "x"},
    "with odd numbers": {"kty": "RSA", "kid": "x", "n": 5, "e": []},
    "with small numbers": {"kty": "RSA", "kid": "x", "n": "AA", "e": "AA"},
    "not on its curve": {**jwk_of(ec_key(), "ec"), "x": jwk_of(ec_key("other"))["x"]},
    "no object": "good",
    "null": None,
    "a list": [],
    "a number": 1,
}


@pytest.mark.parametrize("entry", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_an_unusable_entry_is_left_out_and_takes_no_other_with_it(entry: Any) -> None:
    assert kids_of(entry, GOOD, entry) == ["good"]


def test_a_key_takes_the_algorithms_of_the_settings_that_it_is_made_for() -> None:
    entries: list[JSON] = [
        GOOD,
        {**GOOD, "kid": "named", "alg": "PS256", "use": "sig", "key_ops": ["verify"]},
        jwk_of(ec_key(), "ec"),
        jwk_of(ed_key(), "ed"),
    ]

    keys = parse_key_set(
        json.dumps({"keys": entries}).encode(), ("RS256", "PS256", "ES256", "ES384", "EdDSA")
    )

    assert {key.kid: key.algorithms for key in keys} == {
        "good": ("RS256", "PS256"),
        "named": ("PS256",),
        "ec": ("ES256",),
        "ed": ("EdDSA",),
    }


def test_no_algorithm_that_a_key_fits_is_symmetric() -> None:
    for key in (rsa_key(), ec_key(), ed_key()):
        names = filter_algorithms(key.public_key(), sorted(ASYMMETRIC))

        assert names
        assert {name[:2] for name in names} <= {"RS", "PS", "ES", "Ed"}
        assert len({name[0] for name in names} - {"P"}) == 1


async def test_a_key_from_the_settings_takes_any_key_id() -> None:
    key = issuer_of(rsa_key()).key
    assert key
    keys = OneKey(key)

    assert await keys.find_key(None) is await keys.find_key("any") is key
    assert keys.are_known
    assert keys.holds(key)
    assert not keys.holds(issuer_of(rsa_key("next")).key or key)
