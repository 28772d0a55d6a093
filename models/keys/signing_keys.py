"""Signing keys: RSA-2048, named by their thumbprint and stored encrypted."""

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from cryptography.fernet import MultiFernet
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from sqlalchemy import Index, text
from sqlmodel import Field

from models.base import BaseTable, UTCDateTime
from models.keys import encryption

KEY_BITS = 2_048
EXPONENT = 65_537
# How long a new key is published before it signs: as long as verifiers can cache the JWKS, and some
# time for clock differences.
ANNOUNCED_BEFORE = timedelta(minutes=2)
# How long a retired key is still published: its last tokens expire after a minute, the rest is for
# caches and clock differences.
PUBLISHED_AFTER = timedelta(minutes=10)


class SigningKey(BaseTable, table=True):
    """A key pair; never stored unencrypted.

    A rotation announces the next key, which is then the current one, and sets when the key before
    it retires. Of the keys that have not retired, the oldest one signs.
    """

    __table_args__ = (
        Index(
            "ix_signing_key_current",
            "is_current",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
    )

    kid: str = Field(primary_key=True)
    private_key: str
    is_current: bool
    created_at: datetime = Field(sa_type=UTCDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


def make_cipher(secrets: Sequence[str]) -> MultiFernet:
    return encryption.make_cipher(secrets, encryption.Purpose.SIGNING_KEYS)


def generate_key() -> RSAPrivateKey:
    """Generates a key, which takes a tenth of a second or more."""
    return rsa.generate_private_key(EXPONENT, KEY_BITS)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def to_jwk_members(key: RSAPublicKey) -> dict[str, str]:
    """Encodes the public key as the members of a JWK (RFC 7518, 6.3.1)."""
    numbers = key.public_numbers()
    exponent, modulus = (
        _encode(number.to_bytes((number.bit_length() + 7) // 8))
        for number in (numbers.e, numbers.n)
    )
    return {"e": exponent, "kty": "RSA", "n": modulus}


def compute_thumbprint(key: RSAPublicKey) -> str:
    """Computes the key's id, which is the same everywhere (RFC 7638)."""
    canonical = json.dumps(to_jwk_members(key), separators=(",", ":"), sort_keys=True)
    return _encode(hashlib.sha256(canonical.encode()).digest())


def encrypt_key(storage: MultiFernet, key: RSAPrivateKey) -> str:
    return storage.encrypt(
        key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    ).decode()


def decrypt_key(storage: MultiFernet, text: str) -> RSAPrivateKey:
    """Decrypts a key; raises cryptography's InvalidToken if no root secret fits.

    Skips the validation of the key, which this server generated itself.
    """
    data = storage.decrypt(text.encode())
    return cast(
        RSAPrivateKey, load_der_private_key(data, None, unsafe_skip_rsa_key_validation=True)
    )
