"""Invitation tickets: computed when they are needed, and never stored (rule 14)."""

import base64
import hmac
from collections.abc import Sequence
from enum import Enum
from hashlib import sha256

from models.base import parse_prefix
from models.invitations import Invitation
from models.keys.ticket_keys import TicketKeys
from resolvers.foundation.server import Server
from resolvers.keys.ticket_keys import Reader, load_stored_keys

ACCEPT_PATH = "/invitations/accept"


class TicketKind(Enum):
    """What a ticket proves: one that came by email proves the mailbox, a passed-on one nothing."""

    MAIL = "mail"
    LINK = "link"


def _compute_mac(key: bytes, kind: TicketKind, invitation_id: str, nonce: str) -> str:
    message = "\n".join((kind.value, invitation_id, nonce)).encode()
    return base64.urlsafe_b64encode(hmac.digest(key, message, sha256)).decode().rstrip("=")


def make_ticket(keys: TicketKeys, kind: TicketKind, invitation_id: str, nonce: str) -> str:
    """Makes a ticket, `<invitation ID>.<HMAC>`."""
    return f"{invitation_id}.{_compute_mac(keys.given[0], kind, invitation_id, nonce)}"


def make_accept_url(server: Server, kind: TicketKind, invitation_id: str, nonce: str) -> str:
    """Makes the link of an invitation (rule 20)."""
    ticket = make_ticket(server.ticket_keys, kind, invitation_id, nonce)
    return f"{server.public_url}{ACCEPT_PATH}?ticket={ticket}"


def parse_invitation_id(ticket: str) -> str | None:
    """Returns the invitation ID of a ticket, which proves nothing until the ticket is verified."""
    invitation_id, separator, _ = ticket.partition(".")
    return invitation_id if separator and parse_prefix(invitation_id) == Invitation.prefix else None


def verify_ticket(keys: Sequence[bytes], ticket: str, nonce: str) -> TicketKind | None:
    """Returns the kind of a ticket that one of the keys signed; compares in constant time."""
    invitation_id, _, given = ticket.partition(".")
    verified = None
    for key in keys:
        for kind in TicketKind:
            mac = _compute_mac(key, kind, invitation_id, nonce)
            if hmac.compare_digest(mac.encode(), given.encode()):
                verified = kind
    return verified


async def load_ticket_kind(
    reader: Reader, keys: TicketKeys, ticket: str, nonce: str
) -> TicketKind | None:
    """Returns the kind of a valid ticket; the stored keys are read only if no given one fits."""
    return verify_ticket(keys.given, ticket, nonce) or verify_ticket(
        await load_stored_keys(reader, keys), ticket, nonce
    )
