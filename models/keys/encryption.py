"""Encryption of stored secrets, with keys that are derived from the root secrets per purpose."""

import base64
from collections.abc import Sequence
from enum import Enum

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Purpose(Enum):
    """What is stored encrypted, each with keys of its own.

    `resolvers/keys/root_secret.py` lists the columns of each purpose.
    """

    SIGNING_KEYS = b"tenantry signing keys"
    TICKET_KEYS = b"tenantry ticket keys"
    WEBHOOK_SECRETS = b"tenantry webhook secrets"


def make_cipher(secrets: Sequence[str], purpose: Purpose) -> MultiFernet:
    """Makes a cipher that encrypts with the first root secret and decrypts with all of them.

    It cannot decrypt what was encrypted for another purpose.
    """
    keys = (
        HKDF(SHA256(), 32, salt=None, info=purpose.value).derive(secret.encode())
        for secret in secrets
    )
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


def encrypt(storage: MultiFernet, secret: str) -> str:
    return storage.encrypt(secret.encode()).decode()


def decrypt(storage: MultiFernet, text: str) -> str:
    """Decrypts a text; raises cryptography's InvalidToken if no root secret fits."""
    return storage.decrypt(text.encode()).decode()


def is_readable(storage: MultiFernet, text: str) -> bool:
    try:
        storage.decrypt(text.encode())
    except InvalidToken:
        return False
    return True
