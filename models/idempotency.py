"""Idempotency keys: the stored answers of mutations, which are sent again to a repeated request."""

import base64
import re
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlmodel import Field

from models.base import BaseTable, UTCDateTime, dumps

# A key has visible ASCII characters only.
KEY_PATTERN = re.compile(r"[!-~]{1,255}")
# How long an answer is kept.
RETENTION = timedelta(hours=24)


class IdempotentAnswer(BaseTable, table=True):
    """The answer of a mutation that was committed, found by its caller and idempotency key."""

    # The digest of the caller and the key.
    id: str = Field(primary_key=True)
    # The digest of the request: the same key must not be used for another one.
    fingerprint: str
    # Encrypted with the idempotency key, because answers can contain tokens and secrets.
    answer: str
    created_at: datetime = Field(sa_type=UTCDateTime, index=True)


def compute_digest(*parts: object) -> str:
    """Computes a digest of JSON values, in which 1, 1.0 and true differ."""
    return sha256(dumps(parts, sort_keys=True)).hexdigest()


def make_answer_cipher(key: str) -> Fernet:
    """Makes the cipher of the answer; without the key, nobody can read it from the database."""
    derived = HKDF(SHA256(), 32, salt=None, info=b"tenantry idempotent answers").derive(
        key.encode()
    )
    return Fernet(base64.urlsafe_b64encode(derived))
