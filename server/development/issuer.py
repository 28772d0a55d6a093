"""A development server's own identity provider: it believes
everybody, and signs what `tenantry token` asks for.
"""

import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.validation.addresses import normalize_address
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
PEOPLE = (ADA, GRACE, MARGARET, KATHERINE, ALAN, MALLORY)


def read_or_create(path: Path, make: Callable[[], str]) -> str:
    """The text of a private file, made the first time;
    of several processes the first one's is everybody's.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(make())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text()


def _new_key() -> str:
    encoding, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return (
        Ed25519PrivateKey.generate()
        .private_bytes(encoding, kind, serialization.NoEncryption())
        .decode()
    )


def make_subject(email: str) -> str:
    """One person however the address is written; raises FormatInvalid."""
    return f"dev|{normalize_address(email)}"


class DevelopmentIssuer:
    """Its key lies in the folder, which the server and the command line share."""

    def __init__(self, folder: Path) -> None:
        self._pem = read_or_create(folder / KEY_FILE, _new_key)

    def public_key(self) -> str:
        key = serialization.load_pem_private_key(self._pem.encode(), None)
        encoding, kind = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        return key.public_key().public_bytes(encoding, kind).decode()

    def token(
        self,
        email: str,
        *,
        verified: bool = True,
        minutes: int = TOKEN_MINUTES,
        subject: str | None = None,
        **names: str | None,
    ) -> str:
        """An identity token for the address; the names of demo people are known.

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
