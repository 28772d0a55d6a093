"""Signing keys: RSA-2048, named by their thumbprint,
kept encrypted under a key derived from the root secret.
"""

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
# How long a key that signs no more is published: its last tokens live a minute, caches and clocks
# get the rest.
PUBLISHED_AFTER = timedelta(minutes=10)


class SigningKey(BaseTable, table=True):
    """One key signs; a rotation retires it. A private key is never stored in the clear."""

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
    """Takes a tenth of a second and more."""
    return rsa.generate_private_key(EXPONENT, KEY_BITS)


def _encode_number(number: int) -> str:
    data = number.to_bytes((number.bit_length() + 7) // 8)
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def to_jwk_members(key: RSAPublicKey) -> dict[str, str]:
    """What makes up the public key in a JWK (RFC 7518, 6.3.1)."""
    numbers = key.public_numbers()
    return {"e": _encode_number(numbers.e), "kty": "RSA", "n": _encode_number(numbers.n)}


def compute_thumbprint(key: RSAPublicKey) -> str:
    """The key's name, the same wherever it is computed (RFC 7638)."""
    canonical = json.dumps(to_jwk_members(key), separators=(",", ":"), sort_keys=True)
    return (
        base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).decode().rstrip("=")
    )


def encrypt_key(storage: MultiFernet, key: RSAPrivateKey) -> str:
    return storage.encrypt(
        key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    ).decode()


def decrypt_key(storage: MultiFernet, text: str) -> RSAPrivateKey:
    """Raises cryptography's InvalidToken where no secret
    fits; what was made by us is not proven a key once more.
    """
    data = storage.decrypt(text.encode())
    return cast(
        RSAPrivateKey, load_der_private_key(data, None, unsafe_skip_rsa_key_validation=True)
    )
