"""Invitation tickets: `<invitation id>.<HMAC>`, made when they are needed and stored nowhere (DESIGN 7, rule 14)."""

import base64
import hmac
from collections.abc import Sequence
from enum import Enum
from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from models.base import prefix_of
from models.invitations import Invitation

PURPOSE = b"tenantry invitation tickets"


class TicketKind(Enum):
    """What holding a ticket proves: one that came by mail, the mailbox; one that was passed on, nothing."""

    MAIL = "mail"
    LINK = "link"


def ticket_keys(secrets: Sequence[str]) -> tuple[bytes, ...]:
    """A key from each root secret: the first one signs, all verify."""
    return tuple(HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(secret.encode()) for secret in secrets)


def _mac(key: bytes, kind: TicketKind, invitation_id: str, nonce: str) -> str:
    message = "\n".join((kind.value, invitation_id, nonce)).encode()
    return base64.urlsafe_b64encode(hmac.digest(key, message, sha256)).decode().rstrip("=")


def mint(keys: Sequence[bytes], kind: TicketKind, invitation_id: str, nonce: str) -> str:
    return f"{invitation_id}.{_mac(keys[0], kind, invitation_id, nonce)}"


def invitation_id_of(ticket: str) -> str | None:
    """Which invitation a ticket says it is for; that is not believed before `verify`."""
    invitation_id, separator, _ = ticket.partition(".")
    return invitation_id if separator and prefix_of(invitation_id) == Invitation.prefix else None


def verify(keys: Sequence[bytes], ticket: str, nonce: str) -> TicketKind | None:
    """The kind of a ticket of ours, else None; compared in constant time."""
    invitation_id, _, given = ticket.partition(".")
    found = None
    for key in keys:
        for kind in TicketKind:
            if hmac.compare_digest(_mac(key, kind, invitation_id, nonce).encode(), given.encode()):
                found = kind
    return found
