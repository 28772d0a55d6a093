"""TENANTRY_SIGNING_KEYS: the files of the keys that sign session tokens."""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from models.keys.signing_keys import EXPONENT, KEY_BITS


def load_signing_key(path: str) -> RSAPrivateKey:
    """Loads the key of a PEM file; raises ValueError, which never shows what the file holds."""
    try:
        key = load_pem_private_key(Path(path).read_bytes(), None)
    except OSError as error:
        raise ValueError(f"names {path}, which can't be read: {error.strerror}") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ValueError(
            f"names {path}, which is not the PEM of a private key without a password"
        ) from error
    if (
        isinstance(key, RSAPrivateKey)
        and key.key_size >= KEY_BITS
        and key.public_key().public_numbers().e == EXPONENT
    ):
        return key
    raise ValueError(
        f"names {path}, which is not an RSA key of at least {KEY_BITS} bits; create one with:"
        f" openssl genrsa -out signing.pem {KEY_BITS}"
    )
