"""Public keys of identity providers, with the algorithms that their tokens may name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt.algorithms import AllowedPublicKeys

from server.settings.values import ASYMMETRIC

RSA_BITS = 2_048


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An issuer's key, with those algorithms of the settings that it can be used with."""

    public: AllowedPublicKeys
    algorithms: Sequence[str]
    kid: str | None = None


def load_public_key(pem: str) -> AllowedPublicKeys:
    """Loads the key of a PEM text; raises ValueError.

    Line ends may be written as backslash and n, as environment files do.
    """
    if "PRIVATE KEY" in pem:
        raise ValueError(
            "must be a public key, not a private one; remove the private key from the settings"
        )
    try:
        key: Any = load_pem_public_key(pem.replace("\\n", "\n").encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("must be the PEM of a public key") from error
    if isinstance(key, RSAPublicKey) and key.key_size < RSA_BITS:
        raise ValueError(f"must have at least {RSA_BITS} bits if it is an RSA key")
    if not filter_algorithms(key, ASYMMETRIC):
        raise ValueError("must be an RSA, EC, or Ed25519 key")
    return key


def filter_algorithms(key: AllowedPublicKeys, algorithms: Iterable[str]) -> tuple[str, ...]:
    """Returns the algorithms that the type, the curve and the length of the key allow."""
    return tuple(name for name in algorithms if is_made_for(key, name))


def is_made_for(key: AllowedPublicKeys, algorithm_name: str) -> bool:
    algorithm = jwt.get_algorithm_by_name(algorithm_name)
    try:
        return algorithm.check_key_length(algorithm.prepare_key(key)) is None
    except (TypeError, jwt.InvalidKeyError):
        return False
