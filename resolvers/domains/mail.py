"""Queues emails about domains: codes, and notices for the members who manage them (rule 21)."""

from datetime import datetime

from sqlalchemy import Select
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import AnySelect, prepared_statement
from models.domains import CODES_PER_DOMAIN, OrganizationDomain
from models.invitations import WINDOW
from models.mail import Mail, MailKind
from models.memberships import Membership
from models.organizations import Organization
from models.roles import Permission, RolePermission
from models.users import User
from resolvers.foundation.transaction import Transaction
from resolvers.invitations.rate_limits import (
    ensure_mail_rate,
    ensure_within,
    find_addresses_with_room,
)

# The most members who get the same notice, those who joined first.
MOST_NOTICES = 20


def _make_mail(tx: Transaction, kind: MailKind, organization: Organization, key: str) -> Mail:
    return Mail(
        id=tx.new_id(Mail.prefix),
        created_at=tx.now,
        updated_at=tx.now,
        kind=kind.value,
        organization_id=organization.id,
        address_key=key,
        nonce="",
        next_attempt_at=tx.now,
    )


async def queue_code(
    tx: Transaction, domain: OrganizationDomain, organization: Organization, key: str, nonce: str
) -> None:
    """Queues the code for an address at the domain, if the rates allow it.

    The limit for the name holds even if the domain is deleted and created again.
    """
    codes = _select_codes(organization.id, domain.name, tx.now - WINDOW)
    times = (await tx.session.execute(codes)).scalars()
    ensure_within(tx.now, times, CODES_PER_DOMAIN)
    await ensure_mail_rate(tx, organization, [key])
    mail = _make_mail(tx, MailKind.DOMAIN_CODE, organization, key)
    mail.domain, mail.nonce, mail.inviter_id = domain.name, nonce, tx.actor.holder_id
    tx.session.add(mail)


@prepared_statement
def _select_codes(organization_id: str, domain: str, since: datetime) -> SelectOfScalar[datetime]:
    codes = select(Mail.created_at).where(
        col(Mail.organization_id) == organization_id,
        col(Mail.kind) == MailKind.DOMAIN_CODE.value,
        col(Mail.domain) == domain,
        col(Mail.created_at) > since,
    )
    return codes.order_by(col(Mail.created_at))


async def queue_notices(
    tx: Transaction,
    kind: MailKind,
    organization: Organization,
    permission: str,
    *,
    domain: str | None = None,
) -> None:
    """Queues a notice for members with the permission, as far as the rates allow it."""
    if not tx.server.can_mail:
        return
    managers = (await tx.session.execute(_select_managers(organization.id, permission))).all()
    keys = {key for _, key in managers if key}
    with_room = await find_addresses_with_room(tx, organization, sorted(keys))
    for user_id, key in managers:
        if key in with_room:
            mail = _make_mail(tx, kind, organization, key)
            mail.domain, mail.recipient_id = domain, user_id
            tx.session.add(mail)


@prepared_statement
def _select_managers(organization_id: str, permission: str) -> AnySelect:
    role_ids = (
        select(RolePermission.role_id)
        .join(Permission, col(Permission.id) == col(RolePermission.permission_id))
        .where(col(Permission.key) == permission)
    )
    columns: AnySelect = Select(col(User.id), col(User.address_key))
    managers = columns.join(Membership, col(Membership.user_id) == col(User.id)).where(
        col(Membership.organization_id) == organization_id,
        col(Membership.role_id).in_(role_ids),
        col(User.email_verified),
        col(User.address_key).is_not(None),
    )
    return managers.order_by(col(Membership.id)).limit(MOST_NOTICES)


async def was_noticed(
    tx: Transaction, kind: MailKind, organization_id: str, since: datetime
) -> bool:
    """Whether a notice of this kind was queued since that time."""
    noticed = _select_notice(organization_id, kind.value, since)
    return (await tx.session.execute(noticed)).first() is not None


@prepared_statement
def _select_notice(organization_id: str, kind: str, since: datetime) -> SelectOfScalar[str]:
    notices = select(Mail.id).where(
        col(Mail.organization_id) == organization_id,
        col(Mail.kind) == kind,
        col(Mail.created_at) > since,
    )
    return notices.limit(1)
