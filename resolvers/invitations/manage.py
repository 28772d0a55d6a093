"""Invitations: invite, resend, revoke (DESIGN 7, rules 11 to 22)."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, update
from sqlmodel import col, select

from models.errors import (
    AlreadyAMember,
    BulkSizeExceeded,
    DuplicateRecord,
    InvitationNotGrantable,
    InvitationNotPending,
    InvitationNotUnique,
    Refusal,
    Refusals,
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
    Candidate,
    Recipient,
    Terms,
    check_mail,
    checked_terms,
    ensure_mail_rate,
    ensure_rates,
    expiry_of,
    judge,
    taken,
)
from resolvers.members.expiry import expire_lapsed
from resolvers.members.seats import free_seats, no_seat
from resolvers.roles import HeldRole, role_by_id
from resolvers.transaction import Work

# ---------------------------------------------------------------------------------------------------------- invite


async def create_invitation(work: Work, *, organization_id: str, recipient: Recipient, terms: Terms) -> Invitation:
    """Invites one address; raises every fault of the input at once."""
    organization = await work.organization(organization_id)
    await expire_lapsed(work, organization)
    inviter_id, expires_at, faults = await checked_terms(work, organization, [recipient], terms)
    good, bad = await judge(work, organization, [recipient])
    if faults.found or bad:
        raise Refusals([*faults.found, *(refusal for _, refusal in bad)])
    if await free_seats(work, organization) == 0:
        raise no_seat(organization)
    await ensure_rates(work, organization, good, terms)
    (invitation,) = await _invite(work, organization, good, terms, inviter_id, expires_at)
    return invitation


async def create_invitations(
    work: Work, *, organization_id: str, recipients: Sequence[Recipient], terms: Terms, skip_failed: bool
) -> tuple[list[Invitation], list[Refusal]]:
    """Invites many; one bad address refuses all, or is left out, as the caller likes it (rule 19)."""
    organization = await work.organization(organization_id)
    await expire_lapsed(work, organization)
    if len(recipients) > BULK_SIZE:
        raise BulkSizeExceeded(f"At most {BULK_SIZE} recipients in a call.", at="recipients", limit=BULK_SIZE)
    inviter_id, expires_at, faults = await checked_terms(work, organization, recipients, terms)
    good, bad = await judge(work, organization, recipients)
    seats = await free_seats(work, organization)
    if seats is not None and seats < len(good):
        bad.extend((one.recipient, no_seat(organization)) for one in good[seats if skip_failed else 0 :])
        good = good[:seats]
    told = by_code(bad)
    if faults.found or (bad and not skip_failed):
        raise Refusals([*faults.found, *told])
    await ensure_rates(work, organization, good, terms)
    return await _invite(work, organization, good, terms, inviter_id, expires_at), told


def by_code(bad: Sequence[tuple[Recipient, Refusal]]) -> list[Refusal]:
    """One error for each thing that is wrong, with the addresses it is wrong about."""
    groups: dict[type[Refusal], list[tuple[Recipient, Refusal]]] = {}
    for recipient, refusal in bad:
        kind = DuplicateRecord if isinstance(refusal, InvitationNotUnique) else type(refusal)
        groups.setdefault(kind, []).append((recipient, refusal))
    return [_together(kind, group) for kind, group in groups.items()]


def _together(kind: type[Refusal], group: Sequence[tuple[Recipient, Refusal]]) -> Refusal:
    addresses = list(dict.fromkeys(recipient.email_address for recipient, _ in group))
    first = group[0][1]
    more = f" (and {len(addresses) - 1} more)" if len(addresses) > 1 else ""
    return kind(f"{first.message}{more}", at="recipients", **{**(first.meta or {}), "email_addresses": addresses})


async def _invite(
    work: Work,
    organization: Organization,
    good: Sequence[Candidate],
    terms: Terms,
    inviter_id: str | None,
    expires_at: datetime,
) -> list[Invitation]:
    invitations = [
        Invitation(
            id=work.new_id(Invitation.prefix),
            created_at=work.now,
            updated_at=work.now,
            organization_id=organization.id,
            email_address=one.recipient.email_address,
            address_key=one.key,
            role_id=one.held.role.id,
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
    work.session.add_all(invitations)
    await work.session.flush()
    for invitation in invitations:
        if terms.notify:
            queue_mail(work, invitation)
        await record_invitation(work, EventType.INVITATION_CREATED, invitation, organization)
    return invitations


def queue_mail(work: Work, invitation: Invitation) -> None:
    """A letter, to be sent by the delivery worker once this transaction is committed."""
    work.session.add(
        Mail(
            id=work.new_id(Mail.prefix),
            created_at=work.now,
            updated_at=work.now,
            invitation_id=invitation.id,
            organization_id=invitation.organization_id,
            address_key=invitation.address_key,
            nonce=invitation.nonce,
            next_attempt_at=work.now,
        )
    )


# -------------------------------------------------------------------------------------------- resend and revoke


async def _invitation(work: Work, organization_id: str, invitation_id: str) -> Invitation:
    """By both ids: an invitation of another organization is simply not found."""
    statement = select(Invitation).where(
        col(Invitation.id) == invitation_id, col(Invitation.organization_id) == organization_id
    )
    found = (await work.session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise ResourceNotFound("There is no such invitation in this organization.", at="invitation_id")
    return found


async def settle(work: Work, invitation: Invitation, status: InvitationStatus, **values: str) -> None:
    """The one transition out of PENDING; of several that race, one wins and the others are told so (rule 16)."""
    await _change(work, invitation, col(Invitation.status) == PENDING, status=status.value, **values)


async def _change(work: Work, invitation: Invitation, unchanged: ColumnElement[bool], **values: object) -> None:
    statement = (
        update(Invitation)
        .where(col(Invitation.id) == invitation.id, unchanged)
        .values(updated_at=work.now, **values)
        .execution_options(synchronize_session="evaluate")
    )
    if (await work.session.execute(statement)).rowcount != 1:  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
        raise not_pending()


def not_pending() -> InvitationNotPending:
    return InvitationNotPending("The invitation is not pending any more.", at="invitation_id")


async def revoke_invitation(work: Work, *, organization_id: str, invitation_id: str) -> Invitation:
    """Takes a pending invitation back; its links are void at once."""
    organization = await work.organization(organization_id)
    await expire_lapsed(work, organization)
    invitation = await _invitation(work, organization_id, invitation_id)
    if invitation.status != PENDING:
        raise not_pending()
    await settle(work, invitation, InvitationStatus.REVOKED)
    await record_invitation(work, EventType.INVITATION_REVOKED, invitation, organization)
    return invitation


async def resend_invitation(work: Work, *, organization_id: str, invitation_id: str, terms: Terms) -> Invitation:
    """Sends a pending or expired invitation again, with a new link and a new time; the resender becomes the inviter."""
    organization = await work.organization(organization_id)
    await expire_lapsed(work, organization)
    invitation = await _invitation(work, organization_id, invitation_id)
    if invitation.status not in {PENDING, InvitationStatus.EXPIRED.value}:
        raise not_pending()
    held = await _offered_role(work, organization, invitation)
    ensure_grantable(work.grant, held.permissions)
    check_mail(terms)
    if invitation.status != PENDING:
        await _ensure_can_revive(work, organization, invitation)
    await ensure_mail_rate(work, organization, [invitation.address_key])
    await _change(
        work,
        invitation,
        (col(Invitation.status) == invitation.status) & (col(Invitation.nonce) == invitation.nonce),
        status=PENDING,
        nonce=secrets.token_urlsafe(32),
        inviter_id=work.actor.user_id,
        by_service=work.actor.user_id is None,
        expires_at=await expiry_of(work, None),
    )
    queue_mail(work, invitation)
    await record_invitation(work, EventType.INVITATION_RESENT, invitation, organization)
    return invitation


async def _offered_role(work: Work, organization: Organization, invitation: Invitation) -> HeldRole:
    """The invitation's role; an expired one may have outlived it, or its place in the organization's role set."""
    offered = select(RoleSetRole.role_id).where(
        col(RoleSetRole.role_set_id) == organization.role_set_id, col(RoleSetRole.role_id) == invitation.role_id
    )
    if (await work.session.execute(offered)).first() is None:
        raise InvitationNotGrantable(
            "The organization does not have the invitation's role any more: invite anew.", at="invitation_id"
        )
    return await role_by_id(work.session, invitation.role_id)


async def _ensure_can_revive(work: Work, organization: Organization, invitation: Invitation) -> None:
    """An expired invitation needs a seat, and nobody may have invited or added the address since (rule 22)."""
    members, invited = await taken(work, organization, [invitation.address_key])
    if members:
        raise AlreadyAMember("The address belongs to a member already.", at="invitation_id")
    if invited:
        raise not_pending()
    if await free_seats(work, organization) == 0:
        raise no_seat(organization)
