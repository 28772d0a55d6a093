"""Secrets that are kept: encrypted under keys derived from the root secrets, for each purpose another one."""

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def storage(secrets: Sequence[str], purpose: bytes) -> MultiFernet:
    """What encrypts with the first root secret and decrypts with all of them; what is of another purpose stays shut."""
    keys = (HKDF(SHA256(), 32, salt=None, info=purpose).derive(secret.encode()) for secret in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


def sealed(storage: MultiFernet, secret: str) -> str:
    return storage.encrypt(secret.encode()).decode()


def unsealed(storage: MultiFernet, text: str) -> str:
    """Raises cryptography's InvalidToken where no root secret fits."""
    return storage.decrypt(text.encode()).decode()
