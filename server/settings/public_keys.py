"""Public keys of identity providers, with the algorithms that their tokens may name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import jwt
from jwt.algorithms import AllowedPublicKeys


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An issuer's key, with the algorithms that its tokens
    may name: those of the settings that it is made for.
    """

    public: AllowedPublicKeys
    algorithms: Sequence[str]
    kid: str | None = None


def filter_algorithms(key: AllowedPublicKeys, algorithms: Iterable[str]) -> tuple[str, ...]:
    """Those of the algorithms that the key is made for by
    its type and curve; a short RSA key is made for none.
    """
    return tuple(name for name in algorithms if _fits(key, name))


def _fits(key: AllowedPublicKeys, name: str) -> bool:
    algorithm = jwt.get_algorithm_by_name(name)
    try:
        return algorithm.check_key_length(algorithm.prepare_key(key)) is None
    except (TypeError, jwt.InvalidKeyError):
        return False
