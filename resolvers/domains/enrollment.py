"""Enrollment: who has a verified address at a domain is invited, or gets a suggestion (rule 37)."""

import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import (
    CompoundSelect,
    Select,
    SQLColumnExpression,
    String,
    exists,
    literal_column,
    union_all,
)
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import prepared_statement
from models.domains import MANUAL, DomainEnrollment, OrganizationDomain
from models.events import EventType
from models.instance import EnrollmentMode, Instance
from models.invitations import PENDING, Invitation, make_search_text
from models.membership_requests import (
    MembershipRequest,
    MembershipRequestStatus,
    OrganizationSuggestion,
)
from models.memberships import Membership
from models.organizations import Organization
from models.users import User, get_proven_domain
from resolvers.authority.access import SYSTEM
from resolvers.events.domain_payloads import record_suggestion
from resolvers.events.payloads import record_invitation
from resolvers.foundation.transaction import Transaction
from resolvers.invitations.create import queue_mail
from resolvers.invitations.rate_limits import find_addresses_with_room
from resolvers.members.invitation_expiry import expire_overdue
from resolvers.roles import load_roles_of_set

Enrolling = Sequence[tuple[OrganizationDomain, Organization]]


def can_enroll(instance: Instance, domain: OrganizationDomain) -> bool:
    """Whether the domain enrolls users by the current settings, which can be stricter."""
    mode = domain.enrollment_mode
    needs_ownership = (
        instance.automatic_invitation_needs_ownership
        and mode == EnrollmentMode.AUTOMATIC_INVITATION.value
    )
    return (
        instance.organizations_enabled
        and instance.domains_enabled
        and domain.verified
        and mode in instance.domains_enrollment_modes
        and mode != MANUAL
        and (domain.ownership_verified_at is not None or not needs_ownership)
    )


async def lock_enrolling(
    tx: Transaction, names: Collection[str], *, unless_proven: tuple[str, str, str] | None = None
) -> Enrolling:
    """Locks the organizations whose domains of these names enroll users, before any user is locked.

    With `unless_proven` (issuer, subject, address key), it locks nothing for a user whose address
    was already proven.
    """
    if not names:
        return []
    issuer, subject, key = unless_proven or (None, None, None)
    ids = (await tx.session.execute(_select_ids(names, issuer, subject, key))).scalars()
    if not ids:
        return []
    await tx.lock_organizations(select(Organization.id).where(col(Organization.id).in_(ids)))
    instance = await tx.load_instance()
    rows = (await tx.session.execute(_select_enrolling(names))).all()
    # A name that was taken over just now belongs to an organization that isn't locked.
    return [
        (domain, organization)
        for domain, organization in rows
        if organization.id in ids and can_enroll(instance, domain)
    ]


@prepared_statement
def _select_ids(
    names: Collection[str], issuer: str | None, subject: str | None, key: str | None
) -> SelectOfScalar[str]:
    ids = select(OrganizationDomain.organization_id).where(
        col(OrganizationDomain.name).in_(names),
        col(OrganizationDomain.verified),
        col(OrganizationDomain.enrollment_mode) != MANUAL,
    )
    if key is None:
        return ids
    is_proven = exists().where(
        col(User.issuer) == issuer,
        col(User.external_id) == subject,
        col(User.address_key) == key,
        col(User.email_verified),
        col(User.verified_by_ticket).is_(False),
    )
    return ids.where(~is_proven)


@prepared_statement
def _select_enrolling(names: Collection[str]) -> Select[OrganizationDomain, Organization]:
    return (
        select(OrganizationDomain, Organization)
        .join(Organization, col(Organization.id) == col(OrganizationDomain.organization_id))
        .where(
            col(OrganizationDomain.name).in_(names),
            col(OrganizationDomain.verified),
            col(OrganizationDomain.enrollment_mode) != MANUAL,
        )
    )


async def enroll_proven(tx: Transaction, enrolling: Enrolling, users: Sequence[User]) -> None:
    """Enrolls those of the users whose proven address is at one of the locked domains."""
    for domain, organization in enrolling:
        at_domain = [user for user in users if get_proven_domain(user) == domain.name]
        if at_domain:
            await enroll(tx, organization, domain, at_domain)


async def enroll(
    tx: Transaction,
    organization: Organization,
    domain: OrganizationDomain,
    users: Sequence[User],
) -> None:
    """Enrolls users of the domain, once each, in the locked organization.

    Members, and those who have been invited or have asked, are left alone. A suggestion of another
    domain doesn't count: it is hidden since the user's address is at this one.
    """
    await expire_overdue(tx, organization)
    keys = {user.address_key or "" for user in users}
    ids = {user.id for user in users}
    left_alone = _select_left_alone(organization.id, domain.name, ids, keys)
    rows = (await tx.session.execute(left_alone)).all()
    enrolled = {value for kind, value in rows if kind == "enrolled"}
    known = {value for kind, value in rows if kind != "enrolled"}
    new = [user for user in users if user.id not in enrolled]
    tx.session.add_all(
        DomainEnrollment(
            organization_id=organization.id,
            domain=domain.name,
            user_id=user.id,
            created_at=tx.now,
        )
        for user in new
    )
    fresh = [user for user in new if user.id not in known and user.address_key not in known]
    if not fresh:
        return
    if domain.enrollment_mode == EnrollmentMode.AUTOMATIC_INVITATION.value:
        await _invite(tx, organization, domain, fresh)
    else:
        await _suggest(tx, organization, domain, fresh)


def _label(kind: str, value: SQLColumnExpression[str]) -> Select[str, str]:
    return Select(literal_column(f"'{kind}'", String), value)


@prepared_statement
def _select_left_alone(
    organization_id: str, domain: str, ids: Collection[str], keys: Collection[str]
) -> CompoundSelect[str, str]:
    """Selects those of the users who aren't enrolled (again), by their IDs or addresses."""
    return union_all(
        _label("enrolled", col(DomainEnrollment.user_id)).where(
            col(DomainEnrollment.organization_id) == organization_id,
            col(DomainEnrollment.domain) == domain,
            col(DomainEnrollment.user_id).in_(ids),
        ),
        _label("member", col(Membership.user_id)).where(
            col(Membership.organization_id) == organization_id, col(Membership.user_id).in_(ids)
        ),
        _label("request", col(MembershipRequest.user_id)).where(
            col(MembershipRequest.organization_id) == organization_id,
            col(MembershipRequest.user_id).in_(ids),
            col(MembershipRequest.status) != MembershipRequestStatus.ACCEPTED.value,
        ),
        _label("invitation", col(Invitation.address_key)).where(
            col(Invitation.organization_id) == organization_id,
            col(Invitation.address_key).in_(keys),
            col(Invitation.status) == PENDING,
        ),
    )


async def _invite(
    tx: Transaction, organization: Organization, domain: OrganizationDomain, users: Sequence[User]
) -> None:
    """Invites the users without an inviter or a seat, by email where the rates allow it."""
    role = (await load_roles_of_set(tx, organization.role_set_id)).default
    days = (await tx.load_instance()).invitation_expires_in_days
    # Two users of different issuers can have the same address: one invitation is for both.
    by_key = {user.address_key: user for user in users if user.address_key}
    with_room = (
        await find_addresses_with_room(tx, organization, sorted(by_key))
        if tx.server.can_mail
        else frozenset[str]()
    )
    invitations = [
        Invitation(
            id=tx.new_id(Invitation.prefix),
            created_at=tx.now,
            updated_at=tx.now,
            organization_id=organization.id,
            email_address=user.email_address or key,
            address_key=key,
            search_text=make_search_text(user.email_address or key, key),
            role_id=role.role.id,
            domain=domain.name,
            by_service=True,
            nonce=secrets.token_urlsafe(32),
            expires_at=tx.now + timedelta(days=days),
        )
        for key, user in by_key.items()
    ]
    tx.session.add_all(invitations)
    await tx.session.flush()
    for invitation in invitations:
        if invitation.address_key in with_room:
            queue_mail(tx, invitation, inviter_id=None)
        await record_invitation(
            tx, EventType.INVITATION_CREATED, invitation, organization, actor=SYSTEM
        )


async def _suggest(
    tx: Transaction, organization: Organization, domain: OrganizationDomain, users: Sequence[User]
) -> None:
    for user in users:
        suggestion = OrganizationSuggestion(
            id=tx.new_id(OrganizationSuggestion.prefix),
            created_at=tx.now,
            updated_at=tx.now,
            organization_id=organization.id,
            user_id=user.id,
            domain=domain.name,
        )
        tx.session.add(suggestion)
        record_suggestion(
            tx, EventType.SUGGESTION_CREATED, suggestion, organization, user, actor=SYSTEM
        )
