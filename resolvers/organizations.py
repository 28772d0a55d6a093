"""Organizations: create, update, delete."""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from models.base import JSONObject
from models.errors import (
    CreatorNotFound,
    ErrorCollector,
    Forbidden,
    IdentifierExists,
    ParameterNil,
    ParameterUnknown,
    QuotaExceeded,
    ResourceNotFound,
    to_camel_case,
)
from models.events import EventType
from models.instance import Instance
from models.memberships import Membership
from models.organizations import RESERVED_SLUGS, Organization, check_limit, check_slug, make_slug
from models.roles import RoleSet
from models.users import User
from models.validation.text import check_metadata, check_name, check_url, to_search_text
from resolvers.access import ensure_service
from resolvers.changes import apply_changes
from resolvers.events.payloads import record_organization
from resolvers.members.events import record_deleted
from resolvers.members.memberships import Metadata, add_member, apply_metadata
from resolvers.roles import load_role_by_id
from resolvers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class NewOrganization:
    """What an organization is made of; the second half only a secret key gives."""

    name: str
    slug: str | None = None
    public_metadata: JSONObject | None = None
    private_metadata: JSONObject | None = None
    max_allowed_memberships: int | None = None
    created_by: str | None = None
    role_set: str | None = None

    def list_service_only(self) -> set[str]:
        """The inputs among what is given that only a secret key may use."""
        values = {
            "publicMetadata": self.public_metadata,
            "privateMetadata": self.private_metadata,
            "maxAllowedMemberships": self.max_allowed_memberships,
            "createdBy": self.created_by,
            "roleSet": self.role_set,
        }
        return {name for name, value in values.items() if value is not None}


async def _lock_creator(tx: Transaction, created_by: str | None) -> User | None:
    """Who becomes the first member, locked: the limit of
    what one person may create is counted under this lock.
    """
    user_id = tx.actor.user_id or created_by
    if user_id is None:
        return None
    statement = select(User).where(col(User.id) == user_id).with_for_update()
    user = (await tx.session.execute(statement)).scalar_one_or_none()
    if user is None:
        raise CreatorNotFound("There is no such user.", at="created_by")
    return user


def may_create(user: User, instance: Instance) -> bool:
    """The user's own setting, else the instance's (rule 3)."""
    own = user.create_organization_enabled
    return instance.organizations_enabled and (
        instance.create_organization_enabled if own is None else own
    )


def get_creation_limit(user: User, instance: Instance) -> int:
    own = user.create_organizations_limit
    return instance.create_organizations_limit if own is None else own


async def _ensure_may_create(tx: Transaction, user: User | None, instance: Instance) -> None:
    """A user keeps to their limits; a secret key is the owner's and has none."""
    if tx.actor.is_service or user is None:
        return
    if not may_create(user, instance):
        raise Forbidden(
            "You may not create organizations.", reason="user_create_organization_not_enabled"
        )
    limit = get_creation_limit(user, instance)
    created = select(func.count()).where(col(Organization.created_by_id) == user.id)
    if limit and (await tx.session.execute(created)).scalar_one() >= limit:
        raise QuotaExceeded(
            f"You have created {limit} organizations, which is as many as you may.", limit=limit
        )


async def _is_slug_taken(tx: Transaction, slug: str, besides: str | None = None) -> bool:
    statement = select(Organization.id).where(col(Organization.slug) == slug)
    found = (await tx.session.execute(statement)).scalar_one_or_none()
    return found is not None and found != besides


def _slug_taken() -> IdentifierExists:
    return IdentifierExists("That slug is taken.", at="slug")


async def _check_free_slug(
    tx: Transaction, slug: str, instance: Instance, besides: str | None = None
) -> str:
    if not instance.slugs_enabled:
        raise ParameterUnknown("Slugs are switched off in this instance.", at="slug")
    check_slug(slug)
    if await _is_slug_taken(tx, slug, besides):
        raise _slug_taken()
    return slug


async def _check_new_slug(tx: Transaction, slug: str | None, organization: Organization) -> None:
    instance = await tx.instance()
    if slug is None and instance.slugs_enabled:
        raise ParameterNil("An organization keeps a slug: leave it out to keep the one it has.")
    await _check_free_slug(tx, slug or "", instance, besides=organization.id)


async def _derive_slug(tx: Transaction, name: str) -> str:
    """A slug made from the name, with a short random suffix when that is taken or reserved."""
    slug = make_slug(name)
    if slug in RESERVED_SLUGS or await _is_slug_taken(tx, slug):
        return f"{slug}-{secrets.token_hex(3)}"
    return slug


async def _load_role_set(tx: Transaction, key: str | None) -> RoleSet:
    wanted = col(RoleSet.is_initial).is_(True) if key is None else col(RoleSet.key) == key
    found = (await tx.session.execute(select(RoleSet).where(wanted))).scalar_one_or_none()
    if found is None:
        raise ResourceNotFound(f"There is no role set {key!r}.", at="role_set")
    return found


async def _insert(tx: Transaction, organization: Organization, *, derived: bool) -> None:
    """Writes the row. Another transaction may have taken the
    slug since it was checked: a derived one gets a suffix.
    """
    try:
        async with tx.session.begin_nested():
            tx.session.add(organization)
            await tx.session.flush()
    except IntegrityError as error:
        if not derived:
            raise _slug_taken() from error
        organization.slug = f"{make_slug(organization.name)}-{secrets.token_hex(3)}"
        tx.session.add(organization)
        await tx.session.flush()


async def create_organization(
    tx: Transaction, new: NewOrganization
) -> tuple[Organization, Membership | None]:
    """Makes an organization, and its creator a member
    with the role set's creator role (rules 1 to 3).
    """
    await tx.lock_roles_shared()
    await tx.ensure_organizations_enabled()
    ensure_service(tx.actor, new.list_service_only())
    instance = await tx.instance()
    faults = ErrorCollector()
    name, slug, creator, role_set = new.name, new.slug, None, None
    limit = (
        instance.max_allowed_memberships
        if new.max_allowed_memberships is None
        else new.max_allowed_memberships
    )
    with faults.at("created_by"):
        creator = await _lock_creator(tx, new.created_by)
    await _ensure_may_create(tx, creator, instance)
    with faults.at("name"):
        name = check_name(new.name)
    with faults.at("slug"):
        slug = None if new.slug is None else await _check_free_slug(tx, new.slug, instance)
    with faults.at("public_metadata"):
        check_metadata(new.public_metadata or {})
    with faults.at("private_metadata"):
        check_metadata(new.private_metadata or {})
    with faults.at("max_allowed_memberships"):
        check_limit(limit, "The limit of memberships")
    with faults.at("role_set"):
        role_set = await _load_role_set(tx, new.role_set)
    faults.raise_if_any()
    assert role_set
    derived = slug is None and instance.slugs_enabled
    organization = Organization(
        id=tx.new_id(Organization.prefix),
        created_at=tx.now,
        updated_at=tx.now,
        name=name,
        slug=await _derive_slug(tx, name) if derived else slug,
        public_metadata=new.public_metadata or {},
        private_metadata=new.private_metadata or {},
        max_allowed_memberships=limit,
        admin_delete_enabled=instance.admin_delete_enabled,
        created_by_id=creator.id if creator else None,
        role_set_id=role_set.id,
    )
    _update_search_text(organization)
    await _insert(tx, organization, derived=derived)
    record_organization(tx, EventType.ORGANIZATION_CREATED, organization)
    if creator is None:
        return organization, None
    held = await load_role_by_id(tx.session, role_set.creator_role_id)
    return organization, await add_member(tx, organization, creator, held)


def _update_search_text(organization: Organization) -> None:
    organization.search_text = to_search_text(organization.name, organization.slug)


async def _update(tx: Transaction, organization: Organization, new: dict[str, Any]) -> Organization:
    """Writes what differs; an update that changes nothing leaves no event."""
    before = apply_changes(organization, new)
    if not before:
        return organization
    organization.updated_at = tx.now
    _update_search_text(organization)
    try:
        await tx.session.flush()
    except IntegrityError as error:
        raise _slug_taken() from error
    shown = {name: value for name, value in before.items() if name != "private_metadata"}
    record_organization(tx, EventType.ORGANIZATION_UPDATED, organization, shown)
    return organization


async def update_organization(
    tx: Transaction, *, organization_id: str, given: dict[str, Any], schemes: frozenset[str]
) -> Organization:
    """Changes what is given: name, slug, image_url,
    max_allowed_memberships, admin_delete_enabled.
    """
    organization = await tx.lock_organization(organization_id)
    ensure_service(
        tx.actor,
        {"maxAllowedMemberships", "adminDeleteEnabled"} & {to_camel_case(name) for name in given},
    )
    faults = ErrorCollector()
    new = faults.reject_nulls(given, "name", "max_allowed_memberships", "admin_delete_enabled")
    if "name" in new:
        with faults.at("name"):
            new["name"] = check_name(new["name"])
    if "slug" in new:
        with faults.at("slug"):
            await _check_new_slug(tx, new["slug"], organization)
    if new.get("image_url") is not None:
        with faults.at("image_url"):
            check_url(new["image_url"], schemes=schemes)
    with faults.at("max_allowed_memberships"):
        check_limit(new.get("max_allowed_memberships", 0), "The limit of memberships")
    faults.raise_if_any()
    return await _update(tx, organization, new)


async def update_organization_metadata(
    tx: Transaction, *, organization_id: str, merge: bool, metadata: Metadata
) -> Organization:
    organization = await tx.lock_organization(organization_id)
    return await _update(tx, organization, apply_metadata(organization, metadata, merge=merge))


async def delete_organization(tx: Transaction, *, organization_id: str) -> str:
    """Deletes it with all that hangs on it; members need
    `adminDeleteEnabled`, a secret key does not (rule 4).
    """
    organization = await tx.lock_organization(organization_id)
    if not (organization.admin_delete_enabled or tx.actor.is_service):
        raise Forbidden(
            "Members may not delete this organization.",
            reason="organization_admin_delete_not_enabled",
        )
    await record_deleted(tx, col(Membership.organization_id) == organization.id)
    record_organization(tx, EventType.ORGANIZATION_DELETED, organization)
    await tx.session.execute(delete(Organization).where(col(Organization.id) == organization.id))
    return organization.id
