"""A development server's own identity provider, which signs tokens for any address."""

import time
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from models.validation.addresses import normalize_address
from server.development.files import read_or_create
from server.settings.names import ISSUER

AUDIENCE = "tenantry"
TOKEN_MINUTES = 12 * 60
KEY_FILE = "development-issuer.pem"

ADA = ("ada@example.com", "Ada", "Lovelace")
GRACE = ("grace@example.com", "Grace", "Hopper")
MARGARET = ("margaret@example.com", "Margaret", "Hamilton")
KATHERINE = ("katherine@example.com", "Katherine", "Johnson")
ALAN = ("alan@example.com", "Alan", "Turing")
MALLORY = ("mallory@example.com", "Mallory", "Archer")
# People at the domain of the demo company: two who ask to join it, and one who can.
HEDY = ("hedy@analytical.example", "Hedy", "Lamarr")
EMMY = ("emmy@analytical.example", "Emmy", "Noether")
DOROTHY = ("dorothy@analytical.example", "Dorothy", "Vaughan")
PEOPLE = (ADA, GRACE, MARGARET, KATHERINE, ALAN, MALLORY)


def make_subject(email: str) -> str:
    """Makes the same subject for every spelling of an address; raises FormatInvalid."""
    return f"dev|{normalize_address(email)}"


class DevelopmentIssuer:
    """Its key is a file in the folder, which the server and the command line share."""

    def __init__(self, folder: Path) -> None:
        def generate_key() -> str:
            key = Ed25519PrivateKey.generate()
            return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

        self._pem = read_or_create(folder / KEY_FILE, generate_key)

    def public_key(self) -> str:
        key = load_pem_private_key(self._pem.encode(), None).public_key()
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def token(
        self,
        email: str,
        *,
        verified: bool = True,
        minutes: int = TOKEN_MINUTES,
        subject: str | None = None,
        **names: str | None,
    ) -> str:
        """Mints an identity token for the address; the names of demo people are known.

        Raises FormatInvalid.
        """
        now = int(time.time())
        known = {
            address: {"given_name": first, "family_name": last} for address, first, last in PEOPLE
        }
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject or make_subject(email),
            "iat": now,
            "exp": now + minutes * 60,
            "email": email,
            "email_verified": verified,
            **known.get(normalize_address(email), {}),
            **{name: value for name, value in names.items() if value},
        }
        return jwt.encode(claims, self._pem, algorithm="EdDSA")
