"""Invitations: invite, resend, revoke (rules 11 to 22)."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, update
from sqlmodel import col, select

from models.errors import (
    AlreadyAMember,
    BulkSizeExceeded,
    DuplicateRecord,
    InputError,
    InputErrors,
    InvitationNotGrantable,
    InvitationNotPending,
    InvitationNotUnique,
    ResourceNotFound,
)
from models.events import EventType
from models.invitations import BULK_SIZE, PENDING, Invitation, InvitationStatus
from models.mail import Mail
from models.organizations import Organization
from models.roles import RoleSetRole
from resolvers.access import ensure_grantable
from resolvers.events.payloads import record_invitation
from resolvers.invitations.validation import (
    InvitationOptions,
    Recipient,
    ValidRecipient,
    check_mail,
    check_options,
    compute_expiry,
    ensure_mail_rate,
    ensure_rates,
    load_existing,
    validate_recipients,
)
from resolvers.members.expiry import expire_overdue
from resolvers.members.seats import count_free_seats, no_free_seat
from resolvers.roles import RoleWithPermissions, load_role_by_id
from resolvers.transaction import Transaction

# ------------------------------------------------------------------------------------------- invite


async def create_invitation(
    tx: Transaction, *, organization_id: str, recipient: Recipient, terms: InvitationOptions
) -> Invitation:
    """Invites one address; raises every fault of the input at once."""
    organization = await tx.lock_organization(organization_id)
    await expire_overdue(tx, organization)
    inviter_id, expires_at, faults = await check_options(tx, organization, [recipient], terms)
    good, bad = await validate_recipients(tx, organization, [recipient])
    if faults.errors or bad:
        raise InputErrors([*faults.errors, *(refusal for _, refusal in bad)])
    if await count_free_seats(tx, organization) == 0:
        raise no_free_seat(organization)
    await ensure_rates(tx, organization, good, terms)
    (invitation,) = await _insert_invitations(tx, organization, good, terms, inviter_id, expires_at)
    return invitation


async def create_invitations(
    tx: Transaction,
    *,
    organization_id: str,
    recipients: Sequence[Recipient],
    terms: InvitationOptions,
    skip_failed: bool,
) -> tuple[list[Invitation], list[InputError]]:
    """Invites many; one bad address refuses all, or
    is left out, as the caller likes it (rule 19).
    """
    organization = await tx.lock_organization(organization_id)
    await expire_overdue(tx, organization)
    if len(recipients) > BULK_SIZE:
        raise BulkSizeExceeded(
            f"At most {BULK_SIZE} recipients in a call.", at="recipients", limit=BULK_SIZE
        )
    inviter_id, expires_at, faults = await check_options(tx, organization, recipients, terms)
    good, bad = await validate_recipients(tx, organization, recipients)
    seats = await count_free_seats(tx, organization)
    if seats is not None and seats < len(good):
        bad.extend(
            (one.recipient, no_free_seat(organization))
            for one in good[seats if skip_failed else 0 :]
        )
        good = good[:seats]
    told = group_by_code(bad)
    if faults.errors or (bad and not skip_failed):
        raise InputErrors([*faults.errors, *told])
    await ensure_rates(tx, organization, good, terms)
    return await _insert_invitations(tx, organization, good, terms, inviter_id, expires_at), told


def group_by_code(bad: Sequence[tuple[Recipient, InputError]]) -> list[InputError]:
    """One error for each thing that is wrong, with the addresses it is wrong about."""
    groups: dict[type[InputError], list[tuple[Recipient, InputError]]] = {}
    for recipient, refusal in bad:
        kind = DuplicateRecord if isinstance(refusal, InvitationNotUnique) else type(refusal)
        groups.setdefault(kind, []).append((recipient, refusal))
    return [_combine(kind, group) for kind, group in groups.items()]


def _combine(kind: type[InputError], group: Sequence[tuple[Recipient, InputError]]) -> InputError:
    addresses = list(dict.fromkeys(recipient.email_address for recipient, _ in group))
    first = group[0][1]
    more = f" (and {len(addresses) - 1} more)" if len(addresses) > 1 else ""
    return kind(
        f"{first.message}{more}",
        at="recipients",
        **{**(first.meta or {}), "email_addresses": addresses},
    )


async def _insert_invitations(
    tx: Transaction,
    organization: Organization,
    good: Sequence[ValidRecipient],
    terms: InvitationOptions,
    inviter_id: str | None,
    expires_at: datetime,
) -> list[Invitation]:
    invitations = [
        Invitation(
            id=tx.new_id(Invitation.prefix),
            created_at=tx.now,
            updated_at=tx.now,
            organization_id=organization.id,
            email_address=one.recipient.email_address,
            address_key=one.key,
            role_id=one.role.role.id,
            inviter_id=inviter_id,
            by_service=inviter_id is None,
            nonce=secrets.token_urlsafe(32),
            redirect_url=terms.redirect_url,
            public_metadata=one.recipient.metadata.public or {},
            private_metadata=one.recipient.metadata.private or {},
            expires_at=expires_at,
        )
        for one in good
    ]
    tx.session.add_all(invitations)
    await tx.session.flush()
    for invitation in invitations:
        if terms.notify:
            queue_mail(tx, invitation)
        await record_invitation(tx, EventType.INVITATION_CREATED, invitation, organization)
    return invitations


def queue_mail(tx: Transaction, invitation: Invitation) -> None:
    """A letter, to be sent by the delivery worker once this transaction is committed."""
    tx.session.add(
        Mail(
            id=tx.new_id(Mail.prefix),
            created_at=tx.now,
            updated_at=tx.now,
            invitation_id=invitation.id,
            organization_id=invitation.organization_id,
            address_key=invitation.address_key,
            nonce=invitation.nonce,
            next_attempt_at=tx.now,
        )
    )


# -------------------------------------------------------------------------------- resend and revoke


async def _load_invitation(tx: Transaction, organization_id: str, invitation_id: str) -> Invitation:
    """By both ids: an invitation of another organization is simply not found."""
    statement = select(Invitation).where(
        col(Invitation.id) == invitation_id, col(Invitation.organization_id) == organization_id
    )
    found = (await tx.session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise ResourceNotFound(
            "There is no such invitation in this organization.", at="invitation_id"
        )
    return found


async def transition(
    tx: Transaction, invitation: Invitation, status: InvitationStatus, **values: str
) -> None:
    """The one transition out of PENDING; of several that
    race, one wins and the others are told so (rule 16).
    """
    await _update_if(
        tx, invitation, col(Invitation.status) == PENDING, status=status.value, **values
    )


async def _update_if(
    tx: Transaction, invitation: Invitation, unchanged: ColumnElement[bool], **values: object
) -> None:
    statement = (
        update(Invitation)
        .where(col(Invitation.id) == invitation.id, unchanged)
        .values(updated_at=tx.now, **values)
        .execution_options(synchronize_session="evaluate")
    )
    if (await tx.session.execute(statement)).rowcount != 1:  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
        raise not_pending()


def not_pending() -> InvitationNotPending:
    return InvitationNotPending("The invitation is not pending any more.", at="invitation_id")


async def revoke_invitation(
    tx: Transaction, *, organization_id: str, invitation_id: str
) -> Invitation:
    """Takes a pending invitation back; its links are void at once."""
    organization = await tx.lock_organization(organization_id)
    await expire_overdue(tx, organization)
    invitation = await _load_invitation(tx, organization_id, invitation_id)
    if invitation.status != PENDING:
        raise not_pending()
    await transition(tx, invitation, InvitationStatus.REVOKED)
    await record_invitation(tx, EventType.INVITATION_REVOKED, invitation, organization)
    return invitation


async def resend_invitation(
    tx: Transaction, *, organization_id: str, invitation_id: str, terms: InvitationOptions
) -> Invitation:
    """Sends a pending or expired invitation again, with a new
    link and a new time; the resender becomes the inviter.
    """
    organization = await tx.lock_organization(organization_id)
    await expire_overdue(tx, organization)
    invitation = await _load_invitation(tx, organization_id, invitation_id)
    if invitation.status not in {PENDING, InvitationStatus.EXPIRED.value}:
        raise not_pending()
    held = await _load_offered_role(tx, organization, invitation)
    ensure_grantable(tx.grant, held.permissions)
    check_mail(terms)
    if invitation.status != PENDING:
        await _ensure_can_revive(tx, organization, invitation)
    await ensure_mail_rate(tx, organization, [invitation.address_key])
    await _update_if(
        tx,
        invitation,
        (col(Invitation.status) == invitation.status) & (col(Invitation.nonce) == invitation.nonce),
        status=PENDING,
        nonce=secrets.token_urlsafe(32),
        inviter_id=tx.actor.user_id,
        by_service=tx.actor.user_id is None,
        expires_at=await compute_expiry(tx, None),
    )
    queue_mail(tx, invitation)
    await record_invitation(tx, EventType.INVITATION_RESENT, invitation, organization)
    return invitation


async def _load_offered_role(
    tx: Transaction, organization: Organization, invitation: Invitation
) -> RoleWithPermissions:
    """The invitation's role; an expired one may have
    outlived it, or its place in the organization's role set.
    """
    offered = select(RoleSetRole.role_id).where(
        col(RoleSetRole.role_set_id) == organization.role_set_id,
        col(RoleSetRole.role_id) == invitation.role_id,
    )
    if (await tx.session.execute(offered)).first() is None:
        raise InvitationNotGrantable(
            "The organization does not have the invitation's role any more: invite anew.",
            at="invitation_id",
        )
    return await load_role_by_id(tx.session, invitation.role_id)


async def _ensure_can_revive(
    tx: Transaction, organization: Organization, invitation: Invitation
) -> None:
    """An expired invitation needs a seat, and nobody may
    have invited or added the address since (rule 22).
    """
    members, invited = await load_existing(tx, organization, [invitation.address_key])
    if members:
        raise AlreadyAMember("The address belongs to a member already.", at="invitation_id")
    if invited:
        raise not_pending()
    if await count_free_seats(tx, organization) == 0:
        raise no_free_seat(organization)
