"""Keys in PEM: the public key of an identity provider, and the keys that sign session tokens."""

from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from jwt.algorithms import AllowedPublicKeys

from models.keys.signing_keys import EXPONENT, KEY_BITS
from server.settings.issuers import ASYMMETRIC
from server.settings.public_keys import filter_algorithms

RSA_BITS = 2_048


def load_public_key(pem: str) -> AllowedPublicKeys:
    """The key of a PEM text; raises ValueError.

    Line ends may be written as backslash and n, as environment files do.
    """
    if "PRIVATE KEY" in pem:
        raise ValueError(
            "holds a private key: give the public one, and take the private one away from here"
        )
    try:
        key: Any = load_pem_public_key(pem.replace("\\n", "\n").encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("is no PEM of a public key") from error
    if isinstance(key, RSAPublicKey) and key.key_size < RSA_BITS:
        raise ValueError(f"is an RSA key of less than {RSA_BITS} bits")
    if not filter_algorithms(key, ASYMMETRIC):
        raise ValueError("is no RSA, EC or Ed25519 key")
    return key


def load_signing_key(path: str) -> RSAPrivateKey:
    """The key of a PEM file; raises ValueError, which never shows what the file holds."""
    try:
        key = load_pem_private_key(Path(path).read_bytes(), None)
    except OSError as error:
        raise ValueError(f"{path} can't be read: {error.strerror}") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ValueError(f"{path} is no PEM of a private key without a password") from error
    if (
        isinstance(key, RSAPrivateKey)
        and key.key_size >= KEY_BITS
        and key.public_key().public_numbers().e == EXPONENT
    ):
        return key
    raise ValueError(
        f"{path} is no RSA key of {KEY_BITS} bits: openssl genrsa -out signing.pem {KEY_BITS}"
    )
