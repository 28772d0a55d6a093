"""Creates invitations, and queues their emails (rules 11 to 21)."""

import secrets
from collections.abc import Sequence

from models.errors.input import InputError, InputErrors
from models.events import EventType
from models.invitations import Invitation, make_search_text
from models.mail import Mail
from models.organizations import Organization
from resolvers.events.payloads import record_invitation
from resolvers.foundation.bulk import group_by_code
from resolvers.foundation.transaction import Transaction
from resolvers.invitations.rate_limits import ensure_invitation_rate, ensure_mail_rate
from resolvers.invitations.validation import (
    InvitationOptions,
    Recipient,
    ValidRecipient,
    validate_invitations,
)
from resolvers.members.invitation_expiry import expire_overdue
from resolvers.members.seats import (
    count_taken_seats,
    ensure_free_seat,
    load_seat_limit,
    no_free_seat,
)


async def create_invitation(
    tx: Transaction, *, organization_id: str, recipient: Recipient, options: InvitationOptions
) -> Invitation:
    """Invites one email address; raises all errors of the input at once."""
    organization = await tx.lock_organization(organization_id)
    await expire_overdue(tx, organization)
    draft = await validate_invitations(tx, organization, [recipient], options)
    if draft.errors or draft.rejected:
        raise InputErrors([*draft.errors, *(error for _, error in draft.rejected)])
    await ensure_free_seat(tx, organization)
    (invitation,) = await _insert_invitations(tx, organization, draft.valid, options)
    return invitation


async def create_invitations(
    tx: Transaction,
    *,
    organization_id: str,
    recipients: Sequence[Recipient],
    options: InvitationOptions,
    skip_failed: bool,
) -> tuple[list[Invitation], list[InputError]]:
    """Invites many; an invalid recipient is left out with `skip_failed`, and else rejects all.

    The errors that are returned are those of the recipients who are left out (rule 19).
    """
    organization = await tx.lock_organization(organization_id)
    await expire_overdue(tx, organization)
    draft = await validate_invitations(tx, organization, recipients, options)
    valid, rejected = draft.valid, draft.rejected
    seats = await load_seat_limit(tx, organization)
    taken = sum(await count_taken_seats(tx, organization, seats))
    free = max(0, seats.limit - taken)
    if seats.limit and free < len(valid):
        error = no_free_seat(seats, needed=taken + len(valid))
        without_seat = valid[free:] if skip_failed else valid
        rejected += [(entry.recipient, error) for entry in without_seat]
        valid = valid[:free]
    errors = group_by_code(
        [(recipient.email_address, error) for recipient, error in rejected],
        at="recipients",
        meta_name="email_addresses",
    )
    if draft.errors or (errors and not skip_failed):
        raise InputErrors([*draft.errors, *errors])
    return await _insert_invitations(tx, organization, valid, options), errors


async def _insert_invitations(
    tx: Transaction,
    organization: Organization,
    valid: Sequence[ValidRecipient],
    options: InvitationOptions,
) -> list[Invitation]:
    """Inserts the invitations with their emails and events, if the rate limits allow them."""
    await ensure_invitation_rate(tx, organization, len(valid))
    if options.notify:
        await ensure_mail_rate(tx, organization, [entry.address_key for entry in valid])
    invitations = [
        Invitation(
            id=tx.new_id(Invitation.prefix),
            created_at=tx.now,
            updated_at=tx.now,
            organization_id=organization.id,
            email_address=entry.recipient.email_address,
            address_key=entry.address_key,
            search_text=make_search_text(entry.recipient.email_address, entry.address_key),
            role_id=entry.role.role.id,
            inviter_id=entry.inviter_id,
            by_service=tx.actor.is_service and entry.inviter_id is None,
            api_key_id=tx.actor.api_key_id,
            nonce=secrets.token_urlsafe(32),
            redirect_url=entry.recipient.redirect_url or options.redirect_url,
            public_metadata=entry.recipient.metadata.public or {},
            private_metadata=entry.recipient.metadata.private or {},
            expires_at=entry.expires_at,
        )
        for entry in valid
    ]
    tx.session.add_all(invitations)
    await tx.session.flush()
    for invitation in invitations:
        if options.notify:
            queue_mail(tx, invitation, inviter_id=tx.actor.holder_id)
        await record_invitation(tx, EventType.INVITATION_CREATED, invitation, organization)
    return invitations


def queue_mail(tx: Transaction, invitation: Invitation, *, inviter_id: str | None) -> None:
    """Queues the invitation's email; the worker sends it once the transaction has committed."""
    tx.session.add(
        Mail(
            id=tx.new_id(Mail.prefix),
            created_at=tx.now,
            updated_at=tx.now,
            invitation_id=invitation.id,
            organization_id=invitation.organization_id,
            address_key=invitation.address_key,
            inviter_id=inviter_id,
            nonce=invitation.nonce,
            next_attempt_at=tx.now,
        )
    )
