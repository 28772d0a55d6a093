"""The keys that session tokens are signed with, as they are kept: encrypted, one that signs, those before it."""

from collections.abc import Mapping
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey


class Signer(Protocol):
    """Signs session tokens, and knows its own published keys."""

    async def sign(self, claims: Mapping[str, Any]) -> str:
        """The claims as a JWT: RS256, `typ` JWT, with the `kid` of the key that signs."""
        ...

    async def verification_key(self, kid: str) -> RSAPublicKey | None:
        """The published key of that name; None for any other."""
        ...
