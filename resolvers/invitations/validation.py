"""Checks new invitations: inviter, options, roles, and recipients (rules 9, 11 to 13, 19, 20)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import CompoundSelect, exists, false, true, union_all
from sqlmodel import col, select

from models.database.statements import prepared_statement
from models.errors.collector import ErrorCollector
from models.errors.input import (
    AlreadyAMember,
    InputError,
    InvitationNotUnique,
    RedirectDomainMismatch,
    ResourceNotFound,
    ValueInvalid,
)
from models.invitations import IS_PENDING, Invitation, check_expiry_days
from models.memberships import Membership
from models.organizations import Organization
from models.users import User
from models.validation.addresses import normalize_address
from models.validation.text import check_metadata, check_url
from resolvers.authority.access import ensure_grantable, ensure_service
from resolvers.foundation.bulk import ensure_bulk_size
from resolvers.foundation.metadata import Metadata, ensure_private_metadata
from resolvers.foundation.transaction import Transaction
from resolvers.invitations.inviters import Inviter, load_inviters
from resolvers.roles import RoleWithPermissions, load_roles_of_set


@dataclass(frozen=True, slots=True)
class Recipient:
    """One email address to invite; without a role, in the default role of the role set.

    The inviter, the redirect URL, and the expiry are those of the whole call, unless it has its
    own.
    """

    email_address: str
    role: str | None = None
    metadata: Metadata = field(default_factory=Metadata)
    inviter_user_id: str | None = None
    redirect_url: str | None = None
    expires_in_days: int | None = None


@dataclass(frozen=True, slots=True)
class InvitationOptions:
    """What the client says about all invitations of a call."""

    inviter_user_id: str | None = None
    redirect_url: str | None = None
    expires_in_days: int | None = None
    notify: bool = True


@dataclass(frozen=True, slots=True)
class ValidRecipient:
    recipient: Recipient
    address_key: str
    role: RoleWithPermissions
    inviter_id: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Choices:
    """What recipients can name, or the error for it, and what applies to those who name nothing."""

    roles: Mapping[str | None, RoleWithPermissions | InputError]
    inviters: Mapping[str | None, Inviter | InputError]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class InvitationDraft:
    """What the checks of a call have found."""

    # What is wrong with the options.
    errors: list[InputError]
    valid: list[ValidRecipient]
    rejected: list[tuple[Recipient, InputError]]


async def validate_invitations(
    tx: Transaction,
    organization: Organization,
    recipients: Sequence[Recipient],
    options: InvitationOptions,
) -> InvitationDraft:
    """Collects what is wrong with a call; raises Forbidden for what the caller is not allowed."""
    ensure_bulk_size(len(recipients), at="recipients")
    ensure_service(tx.actor, _list_service_only(recipients, options))
    ensure_private_metadata(tx, *(recipient.metadata.private for recipient in recipients))
    errors, expires_at = ErrorCollector(), tx.now
    named = {recipient.inviter_user_id for recipient in recipients}
    inviters = await load_inviters(tx, organization, named | {options.inviter_user_id})
    with errors.at("inviter_user_id"):
        inviter = inviters[options.inviter_user_id]
        if isinstance(inviter, InputError):
            raise inviter
        # Recipients without an inviter of their own have this one.
        inviters[None] = inviter
    with errors.at("redirect_url"):
        await _check_redirect(tx, options.redirect_url)
    with errors.at("expires_in_days"):
        expires_at = await compute_expiry(tx, options.expires_in_days)
    with errors.at("notify"):
        if options.notify:
            ensure_can_mail(tx)
    roles = await _load_roles(tx, organization, {recipient.role for recipient in recipients})
    for recipient in recipients:
        role, inviter = roles[recipient.role], inviters[recipient.inviter_user_id]
        if not (isinstance(role, InputError) or isinstance(inviter, InputError)):
            ensure_grantable(inviter.grant, role.permissions)
    choices = Choices(roles, inviters, expires_at)
    valid, rejected = await _validate_recipients(tx, organization, recipients, choices)
    return InvitationDraft(errors.errors, valid, rejected)


def _list_service_only(
    recipients: Sequence[Recipient], options: InvitationOptions
) -> Collection[str]:
    """Lists the given inputs that only a secret key can use."""
    values = [
        *(("publicMetadata", recipient.metadata.public) for recipient in recipients),
        *(("privateMetadata", recipient.metadata.private) for recipient in recipients),
        *(("inviterUserId", recipient.inviter_user_id) for recipient in recipients),
        ("inviterUserId", options.inviter_user_id),
    ]
    return {name for name, value in values if value is not None}


async def _check_redirect(tx: Transaction, url: str | None) -> None:
    origins = (await tx.load_instance()).allowed_redirect_origins
    check_redirect_url(url, origins, tx.server.link_schemes)


def check_redirect_url(
    url: str | None, origins: Sequence[str], schemes: frozenset[str]
) -> str | None:
    """Checks a page of the application, whose origin must be an allowed one (rule 20)."""
    if url is None:
        return None
    parts = urlsplit(check_url(url, schemes=schemes))
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    if origin not in origins:
        raise RedirectDomainMismatch(f"{origin!r} is not one of the allowed redirect origins.")
    return url


async def compute_expiry(tx: Transaction, days: int | None) -> datetime:
    """Computes when an invitation expires; without `days`, the instance's setting applies."""
    if days is None:
        days = (await tx.load_instance()).invitation_expires_in_days
    else:
        check_expiry_days(days)
    return tx.now + timedelta(days=days)


def ensure_can_mail(tx: Transaction) -> None:
    if not tx.server.can_mail:
        raise ValueInvalid(
            "This server can't send email. Set TENANTRY_SMTP_URL, or use notify: false and share"
            " the link."
        )


async def _load_roles(
    tx: Transaction, organization: Organization, keys: Collection[str | None]
) -> dict[str | None, RoleWithPermissions | InputError]:
    """Loads the role of each key, or the error if the role set has none; None is the default."""
    offered = await load_roles_of_set(tx, organization.role_set_id)
    roles: dict[str | None, RoleWithPermissions | InputError] = {}
    for key in keys:
        try:
            roles[key] = offered.find(key)
        except ResourceNotFound as error:
            roles[key] = error
    return roles


async def _validate_recipients(
    tx: Transaction,
    organization: Organization,
    recipients: Sequence[Recipient],
    choices: Choices,
) -> tuple[list[ValidRecipient], list[tuple[Recipient, InputError]]]:
    """Returns who can be invited, and for everybody else each reason why not."""
    candidates: list[tuple[Recipient, str | None, ErrorCollector]] = []
    for recipient in recipients:
        key, errors = None, ErrorCollector()
        with errors.at("email_address"):
            key = normalize_address(recipient.email_address)
        candidates.append((recipient, key, errors))
    members, invited = await load_existing(
        tx, organization, [key for _, key, _ in candidates if key]
    )
    valid: list[ValidRecipient] = []
    rejected: list[tuple[Recipient, InputError]] = []
    for recipient, key, errors in candidates:
        role, expires_at = choices.roles[recipient.role], choices.expires_at
        inviter = choices.inviters[recipient.inviter_user_id]
        with errors.at("email_address"):
            if key in members:
                raise AlreadyAMember(f"{recipient.email_address} already belongs to a member.")
            if key in invited:
                raise InvitationNotUnique(f"{recipient.email_address} is already invited.")
        with errors.at("role"):
            if isinstance(role, InputError):
                raise role
        with errors.at("inviter_user_id"):
            if isinstance(inviter, InputError):
                raise inviter
        with errors.at("redirect_url"):
            await _check_redirect(tx, recipient.redirect_url)
        with errors.at("expires_in_days"):
            if recipient.expires_in_days is not None:
                expires_at = await compute_expiry(tx, recipient.expires_in_days)
        with errors.at("public_metadata"):
            check_metadata(recipient.metadata.public or {})
        with errors.at("private_metadata"):
            check_metadata(recipient.metadata.private or {})
        rejected.extend((recipient, error) for error in errors.errors)
        if key and not errors.errors:
            valid.append(ValidRecipient(recipient, key, role, inviter.user_id, expires_at))
            invited.add(key)
    return valid, rejected


async def load_existing(
    tx: Transaction, organization: Organization, keys: Sequence[str]
) -> tuple[set[str], set[str]]:
    """Returns which addresses belong to members, and which have a pending invitation."""
    rows = (await tx.session.execute(_select_existing(organization.id, keys))).all()
    members = {key for key, is_member in rows if is_member}
    return members, {key for key, is_member in rows if not is_member}


@prepared_statement
def _select_existing(organization_id: str, keys: Sequence[str]) -> CompoundSelect[*tuple[Any, ...]]:
    """Selects those of the addresses that belong to members, or have a pending invitation."""
    is_member = exists().where(
        col(Membership.organization_id) == organization_id,
        col(Membership.user_id) == col(User.id),
    )
    of_members = select(User.address_key, true().label("is_member")).where(
        col(User.address_key).in_(keys), is_member
    )
    of_invitations = select(Invitation.address_key, false()).where(
        col(Invitation.organization_id) == organization_id,
        col(Invitation.address_key).in_(keys),
        IS_PENDING,
    )
    return union_all(of_members, of_invitations)
