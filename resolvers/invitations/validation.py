"""Who can be invited, by whom, on which terms, and how often (DESIGN 7, rules 9, 11, 12, 19 to 21)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from urllib.parse import urlsplit

from sqlmodel import col, select

from models.errors import (
    AlreadyAMember,
    Faults,
    InvitationNotUnique,
    RateLimited,
    RedirectDomainMismatch,
    Refusal,
    ResourceNotFound,
    ValueInvalid,
)
from models.invitations import (
    INVITATIONS_PER_ORGANIZATION,
    MAILS_PER_ADDRESS,
    MAILS_PER_ADDRESS_AND_ORGANIZATION,
    PENDING,
    WINDOW,
    Invitation,
    checked_days,
)
from models.mail import Mail
from models.memberships import Membership
from models.organizations import Organization
from models.roles import MEMBERSHIPS_MANAGE
from models.users import User
from models.validation.addresses import address_key
from models.validation.text import checked_link, checked_metadata
from resolvers.access import Grant, ensure_grantable, ensure_service, grant_of, missing
from resolvers.members.memberships import Metadata, default_role
from resolvers.roles import HeldRole, among, roles_of_set
from resolvers.transaction import Work


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address to invite."""

    email_address: str
    role: str | None = None
    metadata: Metadata = field(default_factory=Metadata)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all invitations of a call."""

    inviter_user_id: str | None = None
    redirect_url: str | None = None
    expires_in_days: int | None = None
    notify: bool = True
    can_mail: bool = True
    """Whether this server has somewhere to send mail to."""
    schemes: frozenset[str] = frozenset({"https"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A recipient that passed the checks of their own."""

    recipient: Recipient
    key: str
    held: HeldRole


# ---------------------------------------------------------------------------------------------- checks of a call


async def _inviter(work: Work, organization: Organization, terms: Terms) -> tuple[str | None, Grant | None]:
    """Who invites, and what they may give away: a key invites for itself or, when it names one, for a manager."""
    if work.actor.user_id:
        return work.actor.user_id, work.grant
    if terms.inviter_user_id is None:
        return None, None
    grant = await grant_of(work.session, organization.id, terms.inviter_user_id)
    if grant is None:
        raise ResourceNotFound("The inviter is no member of this organization.", at="inviter_user_id")
    if MEMBERSHIPS_MANAGE not in grant.permissions:
        raise missing(MEMBERSHIPS_MANAGE)
    return terms.inviter_user_id, grant


def checked_redirect(url: str | None, origins: Sequence[str], schemes: frozenset[str]) -> str | None:
    """A page of the application; its origin has to be one that the instance's owner allows."""
    if url is None:
        return None
    parts = urlsplit(checked_link(url, schemes=schemes))
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    if origin not in origins:
        raise RedirectDomainMismatch(f"{origin} is not one of the allowed redirect origins.")
    return url


def check_mail(terms: Terms) -> None:
    if terms.notify and not terms.can_mail:
        raise ValueInvalid(
            "This server can't send mail: set TENANTRY_SMTP_URL, or pass the link on with notify: false."
        )


async def expiry_of(work: Work, days: int | None) -> datetime:
    lives = (await work.instance()).invitation_expires_in_days if days is None else checked_days(days)
    return work.now + timedelta(days=lives)


# --------------------------------------------------------------------------------------------- checks of addresses


async def taken(work: Work, organization: Organization, keys: Sequence[str]) -> tuple[set[str], set[str]]:
    """Which addresses belong to members already, and which are invited already."""
    members = (
        select(User.address_key)
        .join(Membership, col(Membership.user_id) == col(User.id))
        .where(col(Membership.organization_id) == organization.id, col(User.address_key).in_(keys))
    )
    invited = select(Invitation.address_key).where(
        col(Invitation.organization_id) == organization.id,
        col(Invitation.address_key).in_(keys),
        col(Invitation.status) == PENDING,
    )
    found = (await work.session.execute(members)).scalars().all()
    return {key for key in found if key}, set((await work.session.execute(invited)).scalars())


def _keys(recipients: Sequence[Recipient]) -> tuple[list[str | None], list[Refusal | None]]:
    keys: list[str | None] = []
    faults: list[Refusal | None] = []
    for recipient in recipients:
        try:
            keys.append(address_key(recipient.email_address))
            faults.append(None)
        except Refusal as refusal:
            keys.append(None)
            faults.append(refusal)
    return keys, faults


async def judge(
    work: Work, organization: Organization, recipients: Sequence[Recipient]
) -> tuple[list[Candidate], list[tuple[Recipient, Refusal]]]:
    """Who can be invited, and why each of the others can't."""
    keys, malformed = _keys(recipients)
    members, invited = await taken(work, organization, [key for key in keys if key])
    roles = await _roles(work, organization, recipients)
    good: list[Candidate] = []
    bad: list[tuple[Recipient, Refusal]] = []
    for recipient, key, fault in zip(recipients, keys, malformed, strict=True):
        found = [fault] if fault else []
        if key in members:
            found.append(AlreadyAMember(f"{recipient.email_address} belongs to a member already.", at="email_address"))
        elif key in invited:
            found.append(InvitationNotUnique(f"{recipient.email_address} is invited already.", at="email_address"))
        held = roles[recipient.role]
        found.extend(_faults(recipient, held))
        bad.extend((recipient, one) for one in found)
        if not found and key and isinstance(held, HeldRole):
            good.append(Candidate(recipient, key, held))
            invited.add(key)
    return good, bad


def _faults(recipient: Recipient, held: HeldRole | Refusal) -> list[Refusal]:
    """What else is wrong with a recipient than the address."""
    faults = Faults()
    with faults.at("role"):
        if isinstance(held, Refusal):
            raise held
    with faults.at("public_metadata"):
        checked_metadata(recipient.metadata.public or {})
    with faults.at("private_metadata"):
        checked_metadata(recipient.metadata.private or {})
    return faults.found


async def _roles(
    work: Work, organization: Organization, recipients: Sequence[Recipient]
) -> dict[str | None, HeldRole | Refusal]:
    """Each role that is asked for, read once, or why there is none."""
    found: dict[str | None, HeldRole | Refusal] = {}
    roles = await roles_of_set(work, organization.role_set_id)
    for key in {recipient.role for recipient in recipients}:
        try:
            found[key] = await default_role(work, organization) if key is None else among(roles, key)
        except ResourceNotFound as refusal:
            found[key] = refusal
    return found


async def checked_terms(
    work: Work, organization: Organization, recipients: Sequence[Recipient], terms: Terms
) -> tuple[str | None, datetime, Faults]:
    """Who invites, until when, and what else is wrong with the call; raises Forbidden for what they may not do."""
    ensure_service(work.actor, _reserved(recipients, terms))
    faults, inviter_id, grant, expires_at = Faults(), None, None, work.now
    with faults.at("inviter_user_id"):
        inviter_id, grant = await _inviter(work, organization, terms)
    with faults.at("redirect_url"):
        checked_redirect(terms.redirect_url, (await work.instance()).allowed_redirect_origins, terms.schemes)
    with faults.at("expires_in_days"):
        expires_at = await expiry_of(work, terms.expires_in_days)
    with faults.at("notify"):
        check_mail(terms)
    for held in (await _roles(work, organization, recipients)).values():
        if isinstance(held, HeldRole):
            ensure_grantable(grant, held.permissions)
    return inviter_id, expires_at, faults


def _reserved(recipients: Sequence[Recipient], terms: Terms) -> set[str]:
    values = [
        *(("publicMetadata", recipient.metadata.public) for recipient in recipients),
        *(("privateMetadata", recipient.metadata.private) for recipient in recipients),
        ("inviterUserId", terms.inviter_user_id),
    ]
    return {name for name, value in values if value is not None}


# ---------------------------------------------------------------------------------------------------- how often


async def _ensure_invitation_rate(work: Work, organization: Organization, number: int) -> None:
    """At most 250 an hour for an organization, each recipient counted; those of a secret key are not (DESIGN 10)."""
    if work.actor.is_service:
        return
    recent = select(Invitation.created_at).where(
        col(Invitation.organization_id) == organization.id,
        col(Invitation.by_service).is_(False),
        col(Invitation.created_at) > work.now - WINDOW,
    )
    times = (await work.session.execute(recent.order_by(col(Invitation.created_at)))).scalars().all()
    _ensure_room(work, times, INVITATIONS_PER_ORGANIZATION, number)


async def ensure_mail_rate(work: Work, organization: Organization, keys: Sequence[str]) -> None:
    """Nobody gets more than a few mails an hour, whoever asks for them (rule 21)."""
    await _lock_addresses(work, keys)
    recent = select(Mail.address_key, Mail.organization_id, Mail.created_at).where(
        col(Mail.address_key).in_(keys), col(Mail.created_at) > work.now - WINDOW
    )
    rows = (await work.session.execute(recent.order_by(col(Mail.created_at)))).all()
    for key in keys:
        mine = [row for row in rows if row.address_key == key]
        here = [row.created_at for row in mine if row.organization_id == organization.id]
        _ensure_room(work, here, MAILS_PER_ADDRESS_AND_ORGANIZATION)
        _ensure_room(work, [row.created_at for row in mine], MAILS_PER_ADDRESS)


async def _lock_addresses(work: Work, keys: Sequence[str]) -> None:
    """Several organizations that write to one address at once are counted one after the other."""
    numbers = sorted(int.from_bytes(sha256(key.encode()).digest()[:8], signed=True) for key in keys)
    if numbers:
        await work.lock(f"SELECT pg_advisory_xact_lock(one) FROM unnest(ARRAY{numbers}::bigint[]) AS one")


def _ensure_room(work: Work, times: Sequence[datetime], limit: int, number: int = 1) -> None:
    """Raises RateLimited, with the seconds until enough of the times, oldest first, are out of the window."""
    excess = len(times) + number - limit
    if excess > 0:
        free_at = times[min(excess, len(times)) - 1] + WINDOW
        raise RateLimited(retryAfter=max(1, ceil((free_at - work.now).total_seconds())))


async def ensure_rates(work: Work, organization: Organization, good: Sequence[Candidate], terms: Terms) -> None:
    await _ensure_invitation_rate(work, organization, len(good))
    if terms.notify:
        await ensure_mail_rate(work, organization, [one.key for one in good])
