"""How many invitations and emails are allowed in an hour (rule 21, Limits)."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from math import ceil

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import first_id
from models.database.statements import AnySelect, prepared_statement
from models.errors.request import RateLimited
from models.invitations import (
    INVITATIONS_PER_ORGANIZATION,
    MAILS_PER_ADDRESS,
    MAILS_PER_ADDRESS_AND_ORGANIZATION,
    MAILS_PER_INVITER,
    WINDOW,
    Invitation,
)
from models.mail import Mail
from models.organizations import Organization
from resolvers.foundation.locks import lock_texts
from resolvers.foundation.transaction import Transaction


async def ensure_invitation_rate(tx: Transaction, organization: Organization, number: int) -> None:
    """Limits the recipients of an organization; those invited by secret keys don't count."""
    if tx.actor.is_service:
        return
    since = tx.now - WINDOW
    recent = _select_recent_invitations(organization.id, first_id(Invitation.prefix, since), since)
    times = (await tx.session.execute(recent)).scalars()
    ensure_within(tx.now, times, INVITATIONS_PER_ORGANIZATION, number)


@prepared_statement
def _select_recent_invitations(
    organization_id: str, first: str, since: datetime
) -> SelectOfScalar[datetime]:
    recent = select(Invitation.created_at).where(
        col(Invitation.organization_id) == organization_id,
        # The ID sorts by time, and has an index.
        col(Invitation.id) >= first,
        col(Invitation.by_service).is_(False),
        col(Invitation.created_at) > since,
    )
    return recent.order_by(col(Invitation.id))


async def ensure_mail_rate(
    tx: Transaction, organization: Organization, keys: Sequence[str]
) -> None:
    """Limits the emails to each address, for this organization and for all, and those of a sender.

    A sender is a user or an API key.
    """
    if not keys:
        return
    # Emails of several organizations to the same address, or by the same user, are counted one
    # after the other.
    inviter_id = tx.actor.holder_id
    await lock_texts(tx.session, [*keys, inviter_id] if inviter_id else keys)
    recent = _select_recent_mails(keys, inviter_id, tx.now - WINDOW)
    rows = (await tx.session.execute(recent)).all()
    if inviter_id:
        sent = [row.created_at for row in rows if row.inviter_id == inviter_id]
        ensure_within(tx.now, sent, MAILS_PER_INVITER, len(keys))
    for key in keys:
        mails = [row for row in rows if row.address_key == key]
        own = [mail.created_at for mail in mails if mail.organization_id == organization.id]
        ensure_within(tx.now, own, MAILS_PER_ADDRESS_AND_ORGANIZATION)
        ensure_within(tx.now, [mail.created_at for mail in mails], MAILS_PER_ADDRESS)


async def find_addresses_with_room(
    tx: Transaction, organization: Organization, keys: Sequence[str]
) -> frozenset[str]:
    """Finds those of the addresses that can get another email from this organization now."""
    if not keys:
        return frozenset()
    await lock_texts(tx.session, keys)
    recent = _select_recent_mails(keys, None, tx.now - WINDOW)
    rows = (await tx.session.execute(recent)).all()
    all_mails = Counter(row.address_key for row in rows)
    own_mails = Counter(row.address_key for row in rows if row.organization_id == organization.id)
    return frozenset(
        key
        for key in keys
        if all_mails[key] < MAILS_PER_ADDRESS
        and own_mails[key] < MAILS_PER_ADDRESS_AND_ORGANIZATION
    )


@prepared_statement
def _select_recent_mails(keys: Sequence[str], inviter_id: str | None, since: datetime) -> AnySelect:
    columns = select(Mail.address_key, Mail.organization_id, Mail.created_at, Mail.inviter_id)
    is_counted = col(Mail.address_key).in_(keys)
    if inviter_id is not None:
        is_counted |= col(Mail.inviter_id) == inviter_id
    return columns.where(is_counted, col(Mail.created_at) > since).order_by(col(Mail.created_at))


def ensure_within(now: datetime, times: Sequence[datetime], limit: int, number: int = 1) -> None:
    """Raises RateLimited with the seconds until enough times, oldest first, leave the window."""
    excess = len(times) + number - limit
    if excess > 0:
        free_at = times[min(excess, len(times)) - 1] + WINDOW
        raise RateLimited(retryAfter=max(1, ceil((free_at - now).total_seconds())))
