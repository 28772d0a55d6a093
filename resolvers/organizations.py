"""Organizations: create, update, delete (rules 1 to 6)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Delete, delete, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import JSONObject, new_id
from models.database.statements import prepared_statement
from models.errors import (
    CreatorNotFound,
    ErrorCollector,
    Forbidden,
    IdentifierExists,
    ParameterNil,
    QuotaExceeded,
    ResourceNotFound,
    SeatsManagedByPlan,
    ValueInvalid,
    to_camel_case,
)
from models.events import EventType
from models.instance import Instance
from models.memberships import Membership
from models.organizations import Organization, check_limit, make_slug
from models.plans import PayerType
from models.users import User
from models.validation.text import check_metadata, check_name, check_url, to_search_text
from resolvers.access import ensure_service
from resolvers.changes import apply_changes
from resolvers.events.payloads import record_organization
from resolvers.external_ids import check_free_external_id, external_id_taken
from resolvers.images import mark_used
from resolvers.locks import is_on_postgresql
from resolvers.members.add import add_member
from resolvers.members.events import record_deleted
from resolvers.members.seats import SeatLimitSource, load_seat_limit
from resolvers.metadata import Metadata, apply_metadata, ensure_private_metadata
from resolvers.plans.plans import load_default_plan
from resolvers.roles import load_role_by_id, load_role_set
from resolvers.slugs import add_suffix, check_free_slug, derive_slug, slug_taken
from resolvers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class NewOrganization:
    """The input of `createOrganization`; all fields but name and slug are for secret keys."""

    name: str
    slug: str | None = None
    public_metadata: JSONObject | None = None
    private_metadata: JSONObject | None = None
    max_allowed_memberships: int | None = None
    created_by: str | None = None
    role_set: str | None = None
    external_id: str | None = None
    created_at: datetime | None = None

    def list_service_only(self) -> set[str]:
        """Lists the given inputs that only a secret key can use."""
        values = {
            "publicMetadata": self.public_metadata,
            "privateMetadata": self.private_metadata,
            "maxAllowedMemberships": self.max_allowed_memberships,
            "createdBy": self.created_by,
            "roleSet": self.role_set,
            "externalId": self.external_id,
            "createdAt": self.created_at,
        }
        return {name for name, value in values.items() if value is not None}


async def _lock_creator(tx: Transaction, created_by: str | None) -> User | None:
    """Returns the first member, locked, so that their organizations are counted exactly."""
    user_id = tx.actor.user_id or created_by
    if user_id is None:
        return None
    user = (await tx.session.execute(_select_locked_user(user_id))).scalar_one_or_none()
    if user is None:
        raise CreatorNotFound("The user doesn't exist.", at="created_by")
    return user


@prepared_statement
def _select_locked_user(user_id: str) -> SelectOfScalar[User]:
    return select(User).where(col(User.id) == user_id).with_for_update()


def can_create(user: User, instance: Instance) -> bool:
    """Whether the user can create organizations: their own setting, else the instance's."""
    own = user.create_organization_enabled
    return instance.organizations_enabled and (
        instance.create_organization_enabled if own is None else own
    )


def get_creation_limit(user: User, instance: Instance) -> int:
    own = user.create_organizations_limit
    return instance.create_organizations_limit if own is None else own


async def _ensure_can_create(tx: Transaction, user: User | None, instance: Instance) -> None:
    """Ensures that a user can create another organization; secret keys aren't limited (rule 3)."""
    if tx.actor.is_service or user is None:
        return
    if not can_create(user, instance):
        raise Forbidden(
            "You aren't allowed to create organizations.",
            reason="user_create_organization_not_enabled",
        )
    limit = get_creation_limit(user, instance)
    if limit and (await tx.session.execute(_count_created(user.id))).scalar_one() >= limit:
        raise QuotaExceeded(f"You have reached your limit of {limit} organizations.", limit=limit)


@prepared_statement
def _count_created(user_id: str) -> SelectOfScalar[int]:
    return select(func.count()).where(col(Organization.created_by_id) == user_id)


async def _insert(tx: Transaction, organization: Organization, *, has_derived_slug: bool) -> None:
    """Inserts the row, although another transaction can have taken the slug or the external ID.

    A derived slug then gets a suffix. With SQLite, there is no other transaction.
    """
    if not is_on_postgresql(tx.session):
        tx.session.add(organization)
        return
    try:
        async with tx.session.begin_nested():
            tx.session.add(organization)
            await tx.session.flush()
    except IntegrityError as error:
        if not has_derived_slug or _is_about_external_id(error):
            raise _to_input_error(error) from error
        organization.slug = add_suffix(make_slug(organization.name))
        tx.session.add(organization)
        # The database names only one of two values that are taken.
        await _flush(tx)


async def _flush(tx: Transaction) -> None:
    try:
        await tx.session.flush()
    except IntegrityError as error:
        raise _to_input_error(error) from error


def _is_about_external_id(error: IntegrityError) -> bool:
    """Whether the external ID is taken; else, the slug is. Each has one unique index."""
    return "organization_external_id" in str(error.orig)


def _to_input_error(error: IntegrityError) -> IdentifierExists:
    return external_id_taken() if _is_about_external_id(error) else slug_taken()


async def create_organization(
    tx: Transaction, new: NewOrganization
) -> tuple[Organization, Membership | None]:
    """Creates an organization; its creator becomes a member with the creator role (rule 1).

    Raises all errors of the input at once.
    """
    await tx.lock_roles_shared()
    await tx.ensure_organizations_enabled()
    ensure_service(tx.actor, new.list_service_only())
    ensure_private_metadata(tx, new.private_metadata)
    instance = await tx.load_instance()
    errors = ErrorCollector()
    name, slug, creator, role_set = new.name, new.slug, None, None
    limit = (
        instance.max_allowed_memberships
        if new.max_allowed_memberships is None
        else new.max_allowed_memberships
    )
    with errors.at("created_by"):
        creator = await _lock_creator(tx, new.created_by)
    await _ensure_can_create(tx, creator, instance)
    with errors.at("name"):
        name = check_name(new.name)
    with errors.at("slug"):
        slug = None if new.slug is None else await check_free_slug(tx, new.slug)
    await _check_service_inputs(tx, errors, new)
    with errors.at("role_set"):
        role_set = await load_role_set(tx, new.role_set)
        if role_set is None:
            raise ResourceNotFound(f"The role set {new.role_set!r} doesn't exist.")
    errors.raise_if_any()
    assert role_set
    has_derived_slug = slug is None and instance.slugs_enabled
    created_at = new.created_at or tx.now
    organization = Organization(
        # Lists by `createdAt` are sorted by the ID.
        id=new_id(Organization.prefix, created_at),
        created_at=created_at,
        updated_at=tx.now,
        name=name,
        slug=await derive_slug(tx, name) if has_derived_slug else slug,
        external_id=new.external_id,
        public_metadata=new.public_metadata or {},
        private_metadata=new.private_metadata or {},
        max_allowed_memberships=limit,
        admin_delete_enabled=instance.admin_delete_enabled,
        created_by_id=creator.id if creator else None,
        role_set_id=role_set.id,
    )
    _update_search_text(organization)
    await _insert(tx, organization, has_derived_slug=has_derived_slug)
    record_organization(tx, EventType.ORGANIZATION_CREATED, organization)
    if creator is None:
        return organization, None
    role = await load_role_by_id(tx.session, role_set.creator_role_id)
    return organization, await add_member(tx, organization, creator, role)


async def _check_service_inputs(
    tx: Transaction, errors: ErrorCollector, new: NewOrganization
) -> None:
    """Checks what only a secret key can give: all but the creator and the role set."""
    with errors.at("public_metadata"):
        check_metadata(new.public_metadata or {})
    with errors.at("private_metadata"):
        check_metadata(new.private_metadata or {})
    with errors.at("max_allowed_memberships"):
        if new.max_allowed_memberships is not None:
            check_limit(new.max_allowed_memberships, "The membership limit")
            if (await tx.load_instance()).billing_enabled:
                default = await load_default_plan(tx, PayerType.ORGANIZATION)
                _ensure_own_limit(default.seat_limit if default else None)
    with errors.at("external_id"):
        if new.external_id is not None:
            await check_free_external_id(tx, new.external_id)
    with errors.at("created_at"):
        if new.created_at is not None:
            _check_creation_time(new.created_at, tx.now)


def _check_creation_time(created_at: datetime, now: datetime) -> None:
    if not datetime(1970, 1, 1, tzinfo=UTC) <= created_at <= now:
        raise ValueInvalid(
            f"{created_at.isoformat()} is not from 1970 until now. An organization can't be created"
            " in the future."
        )


def _update_search_text(organization: Organization) -> None:
    organization.search_text = to_search_text(organization.name, organization.slug)


async def update_row(tx: Transaction, organization: Organization, new: dict[str, Any]) -> bool:
    """Writes what differs; returns whether anything did. Otherwise, it leaves no event."""
    before = apply_changes(organization, new)
    if not before:
        return False
    organization.updated_at = tx.now
    _update_search_text(organization)
    await _flush(tx)
    if before.get("image_url"):
        await _release_image(tx, before["image_url"])
    # Members can read the event, but neither of these.
    changes = {
        name: value
        for name, value in before.items()
        if name not in ("private_metadata", "external_id")
    }
    record_organization(tx, EventType.ORGANIZATION_UPDATED, organization, changes)
    return True


async def _release_image(tx: Transaction, url: str) -> None:
    """Keeps a stored image for a while, because pages can still show it."""
    await tx.session.execute(mark_used(url, tx.now))


def _ensure_own_limit(of_plan: int | None) -> None:
    """Rejects a limit of the organization itself while its plan limits the seats (rule 45)."""
    if of_plan is not None:
        raise SeatsManagedByPlan(
            f"The plan of the organization has {of_plan} seats. Change the subscription or the plan"
            " instead.",
            limit=of_plan,
        )


async def update_organization(
    tx: Transaction, *, organization_id: str, given: dict[str, Any]
) -> Organization:
    """Changes the given fields; raises all errors of the input at once."""
    organization = await tx.lock_organization(organization_id)
    ensure_service(
        tx.actor,
        {"maxAllowedMemberships", "adminDeleteEnabled", "externalId"}
        & {to_camel_case(name) for name in given},
    )
    errors = ErrorCollector()
    new = errors.reject_nulls(given, "name", "max_allowed_memberships", "admin_delete_enabled")
    if "name" in new:
        with errors.at("name"):
            new["name"] = check_name(new["name"])
    if "slug" in new:
        with errors.at("slug"):
            if new["slug"] is None and (await tx.load_instance()).slugs_enabled:
                raise ParameterNil("The slug can't be null. Leave it out to keep the current one.")
            await check_free_slug(tx, new["slug"] or "", organization)
    if new.get("external_id") is not None:
        with errors.at("external_id"):
            await check_free_external_id(tx, new["external_id"], organization)
    if new.get("image_url") is not None:
        with errors.at("image_url"):
            check_url(new["image_url"], schemes=tx.server.link_schemes)
    with errors.at("max_allowed_memberships"):
        check_limit(new.get("max_allowed_memberships", 0), "The membership limit")
        if "max_allowed_memberships" in new:
            seats = await load_seat_limit(tx, organization)
            _ensure_own_limit(seats.limit if seats.source is SeatLimitSource.PLAN else None)
    errors.raise_if_any()
    await update_row(tx, organization, new)
    return organization


async def update_organization_metadata(
    tx: Transaction, *, organization_id: str, merge: bool, metadata: Metadata
) -> Organization:
    organization = await tx.lock_organization(organization_id)
    await update_row(tx, organization, apply_metadata(tx, organization, metadata, merge=merge))
    return organization


async def delete_organization(tx: Transaction, *, organization_id: str) -> str:
    """Deletes the organization; members can only if it has `adminDeleteEnabled` (rule 4)."""
    organization = await tx.lock_organization(organization_id)
    if not (organization.admin_delete_enabled or tx.actor.is_service):
        raise Forbidden(
            "Members can't delete this organization.",
            reason="organization_admin_delete_not_enabled",
        )
    await record_deleted(tx, col(Membership.organization_id) == organization.id)
    if organization.image_url:
        await _release_image(tx, organization.image_url)
    record_organization(tx, EventType.ORGANIZATION_DELETED, organization)
    await tx.session.execute(_delete_organization(organization.id))
    return organization.id


@prepared_statement
def _delete_organization(organization_id: str) -> Delete:
    return delete(Organization).where(col(Organization.id) == organization_id)
