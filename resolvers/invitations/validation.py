"""Who can be invited, by whom, on which terms, and how often (rules 9, 11, 12, 19 to 21)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from urllib.parse import urlsplit

from sqlmodel import col, select

from models.errors import (
    AlreadyAMember,
    ErrorCollector,
    InputError,
    InvitationNotUnique,
    RateLimited,
    RedirectDomainMismatch,
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
    check_expiry_days,
)
from models.mail import Mail
from models.memberships import Membership
from models.organizations import Organization
from models.roles import MEMBERSHIPS_MANAGE
from models.users import User
from models.validation.addresses import normalize_address
from models.validation.text import check_metadata, check_url
from resolvers.access import Grant, ensure_grantable, ensure_service, load_grant, missing_permission
from resolvers.members.memberships import Metadata, load_default_role
from resolvers.roles import RoleWithPermissions, find_role, load_roles_of_set
from resolvers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address to invite."""

    email_address: str
    role: str | None = None
    metadata: Metadata = field(default_factory=Metadata)


@dataclass(frozen=True, slots=True)
class InvitationOptions:
    """What holds for all invitations of a call."""

    inviter_user_id: str | None = None
    redirect_url: str | None = None
    expires_in_days: int | None = None
    notify: bool = True
    # Whether this server has somewhere to send mail to.
    can_mail: bool = True
    schemes: frozenset[str] = frozenset({"https"})


@dataclass(frozen=True, slots=True)
class ValidRecipient:
    """A recipient that passed the checks of their own."""

    recipient: Recipient
    key: str
    role: RoleWithPermissions


# --------------------------------------------------------------------------------- checks of a call


async def _load_inviter(
    tx: Transaction, organization: Organization, terms: InvitationOptions
) -> tuple[str | None, Grant | None]:
    """Who invites, and what they may give away: a key
    invites for itself or, when it names one, for a manager.
    """
    if tx.actor.user_id:
        return tx.actor.user_id, tx.grant
    if terms.inviter_user_id is None:
        return None, None
    grant = await load_grant(tx.session, organization.id, terms.inviter_user_id)
    if grant is None:
        raise ResourceNotFound(
            "The inviter is no member of this organization.", at="inviter_user_id"
        )
    if MEMBERSHIPS_MANAGE not in grant.permissions:
        raise missing_permission(MEMBERSHIPS_MANAGE)
    return terms.inviter_user_id, grant


def check_redirect_url(
    url: str | None, origins: Sequence[str], schemes: frozenset[str]
) -> str | None:
    """A page of the application; its origin has to be one that the instance's owner allows."""
    if url is None:
        return None
    parts = urlsplit(check_url(url, schemes=schemes))
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    if origin not in origins:
        raise RedirectDomainMismatch(f"{origin} is not one of the allowed redirect origins.")
    return url


def check_mail(terms: InvitationOptions) -> None:
    if terms.notify and not terms.can_mail:
        raise ValueInvalid(
            "This server can't send mail: set TENANTRY_SMTP_URL, or pass the link on with notify:"
            " false."
        )


async def compute_expiry(tx: Transaction, days: int | None) -> datetime:
    lives = (
        (await tx.instance()).invitation_expires_in_days
        if days is None
        else check_expiry_days(days)
    )
    return tx.now + timedelta(days=lives)


# ------------------------------------------------------------------------------ checks of addresses


async def load_existing(
    tx: Transaction, organization: Organization, keys: Sequence[str]
) -> tuple[set[str], set[str]]:
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
    found = (await tx.session.execute(members)).scalars().all()
    return {key for key in found if key}, set((await tx.session.execute(invited)).scalars())


def _normalize_addresses(
    recipients: Sequence[Recipient],
) -> tuple[list[str | None], list[InputError | None]]:
    keys: list[str | None] = []
    faults: list[InputError | None] = []
    for recipient in recipients:
        try:
            keys.append(normalize_address(recipient.email_address))
            faults.append(None)
        except InputError as refusal:
            keys.append(None)
            faults.append(refusal)
    return keys, faults


async def validate_recipients(
    tx: Transaction, organization: Organization, recipients: Sequence[Recipient]
) -> tuple[list[ValidRecipient], list[tuple[Recipient, InputError]]]:
    """Who can be invited, and why each of the others can't."""
    keys, malformed = _normalize_addresses(recipients)
    members, invited = await load_existing(tx, organization, [key for key in keys if key])
    roles = await _load_roles(tx, organization, recipients)
    good: list[ValidRecipient] = []
    bad: list[tuple[Recipient, InputError]] = []
    for recipient, key, fault in zip(recipients, keys, malformed, strict=True):
        found = [fault] if fault else []
        if key in members:
            found.append(
                AlreadyAMember(
                    f"{recipient.email_address} belongs to a member already.", at="email_address"
                )
            )
        elif key in invited:
            found.append(
                InvitationNotUnique(
                    f"{recipient.email_address} is invited already.", at="email_address"
                )
            )
        held = roles[recipient.role]
        found.extend(_find_errors(recipient, held))
        bad.extend((recipient, one) for one in found)
        if not found and key and isinstance(held, RoleWithPermissions):
            good.append(ValidRecipient(recipient, key, held))
            invited.add(key)
    return good, bad


def _find_errors(recipient: Recipient, held: RoleWithPermissions | InputError) -> list[InputError]:
    """What else is wrong with a recipient than the address."""
    faults = ErrorCollector()
    with faults.at("role"):
        if isinstance(held, InputError):
            raise held
    with faults.at("public_metadata"):
        check_metadata(recipient.metadata.public or {})
    with faults.at("private_metadata"):
        check_metadata(recipient.metadata.private or {})
    return faults.errors


async def _load_roles(
    tx: Transaction, organization: Organization, recipients: Sequence[Recipient]
) -> dict[str | None, RoleWithPermissions | InputError]:
    """Each role that is asked for, read once, or why there is none."""
    found: dict[str | None, RoleWithPermissions | InputError] = {}
    roles = await load_roles_of_set(tx, organization.role_set_id)
    for key in {recipient.role for recipient in recipients}:
        try:
            found[key] = (
                await load_default_role(tx, organization) if key is None else find_role(roles, key)
            )
        except ResourceNotFound as refusal:
            found[key] = refusal
    return found


async def check_options(
    tx: Transaction,
    organization: Organization,
    recipients: Sequence[Recipient],
    terms: InvitationOptions,
) -> tuple[str | None, datetime, ErrorCollector]:
    """Who invites, until when, and what else is wrong with the call.

    Raises Forbidden for what they may not do.
    """
    ensure_service(tx.actor, _reserved(recipients, terms))
    faults, inviter_id, grant, expires_at = ErrorCollector(), None, None, tx.now
    with faults.at("inviter_user_id"):
        inviter_id, grant = await _load_inviter(tx, organization, terms)
    with faults.at("redirect_url"):
        check_redirect_url(
            terms.redirect_url, (await tx.instance()).allowed_redirect_origins, terms.schemes
        )
    with faults.at("expires_in_days"):
        expires_at = await compute_expiry(tx, terms.expires_in_days)
    with faults.at("notify"):
        check_mail(terms)
    for held in (await _load_roles(tx, organization, recipients)).values():
        if isinstance(held, RoleWithPermissions):
            ensure_grantable(grant, held.permissions)
    return inviter_id, expires_at, faults


def _reserved(recipients: Sequence[Recipient], terms: InvitationOptions) -> set[str]:
    values = [
        *(("publicMetadata", recipient.metadata.public) for recipient in recipients),
        *(("privateMetadata", recipient.metadata.private) for recipient in recipients),
        ("inviterUserId", terms.inviter_user_id),
    ]
    return {name for name, value in values if value is not None}


# ---------------------------------------------------------------------------------------- how often


async def _ensure_invitation_rate(tx: Transaction, organization: Organization, number: int) -> None:
    """At most 250 an hour for an organization, each
    recipient counted; those of a secret key are not.
    """
    if tx.actor.is_service:
        return
    recent = select(Invitation.created_at).where(
        col(Invitation.organization_id) == organization.id,
        col(Invitation.by_service).is_(False),
        col(Invitation.created_at) > tx.now - WINDOW,
    )
    times = (await tx.session.execute(recent.order_by(col(Invitation.created_at)))).scalars().all()
    _ensure_room(tx, times, INVITATIONS_PER_ORGANIZATION, number)


async def ensure_mail_rate(
    tx: Transaction, organization: Organization, keys: Sequence[str]
) -> None:
    """Nobody gets more than a few mails an hour, whoever asks for them (rule 21)."""
    await _lock_addresses(tx, keys)
    recent = select(Mail.address_key, Mail.organization_id, Mail.created_at).where(
        col(Mail.address_key).in_(keys), col(Mail.created_at) > tx.now - WINDOW
    )
    rows = (await tx.session.execute(recent.order_by(col(Mail.created_at)))).all()
    for key in keys:
        mine = [row for row in rows if row.address_key == key]
        here = [row.created_at for row in mine if row.organization_id == organization.id]
        _ensure_room(tx, here, MAILS_PER_ADDRESS_AND_ORGANIZATION)
        _ensure_room(tx, [row.created_at for row in mine], MAILS_PER_ADDRESS)


async def _lock_addresses(tx: Transaction, keys: Sequence[str]) -> None:
    """Several organizations that write to one address at once are counted one after the other."""
    numbers = sorted(int.from_bytes(sha256(key.encode()).digest()[:8], signed=True) for key in keys)
    if numbers:
        await tx.take_advisory_lock(
            f"SELECT pg_advisory_xact_lock(one) FROM unnest(ARRAY{numbers}::bigint[]) AS one"
        )


def _ensure_room(tx: Transaction, times: Sequence[datetime], limit: int, number: int = 1) -> None:
    """Raises RateLimited, with the seconds until enough
    of the times, oldest first, are out of the window.
    """
    excess = len(times) + number - limit
    if excess > 0:
        free_at = times[min(excess, len(times)) - 1] + WINDOW
        raise RateLimited(retryAfter=max(1, ceil((free_at - tx.now).total_seconds())))


async def ensure_rates(
    tx: Transaction,
    organization: Organization,
    good: Sequence[ValidRecipient],
    terms: InvitationOptions,
) -> None:
    await _ensure_invitation_rate(tx, organization, len(good))
    if terms.notify:
        await ensure_mail_rate(tx, organization, [one.key for one in good])
