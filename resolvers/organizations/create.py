"""Organizations: create (rules 1 to 3)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import JSONObject, new_id
from models.database.statements import prepared_statement
from models.errors.collector import ErrorCollector
from models.errors.input import CreatorNotFound, QuotaExceeded, ResourceNotFound, ValueInvalid
from models.errors.request import Forbidden
from models.events import EventType
from models.instance import Instance
from models.memberships import Membership
from models.organizations import Organization, check_limit
from models.plans import PayerType
from models.users import User
from models.validation.text import check_metadata, check_name
from resolvers.authority.access import ensure_service
from resolvers.events.payloads import record_organization
from resolvers.foundation.metadata import ensure_private_metadata
from resolvers.foundation.transaction import Transaction
from resolvers.members.add import add_member
from resolvers.members.seats import ensure_own_limit
from resolvers.organizations.external_ids import check_free_external_id
from resolvers.organizations.rows import insert_row, update_search_text
from resolvers.organizations.slugs import check_free_slug, derive_slug
from resolvers.plans.plans import load_default_plan
from resolvers.roles import load_role_by_id, load_role_set


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
    update_search_text(organization)
    await insert_row(tx, organization, has_derived_slug=has_derived_slug)
    record_organization(tx, EventType.ORGANIZATION_CREATED, organization)
    if creator is None:
        return organization, None
    role = await load_role_by_id(tx.session, role_set.creator_role_id)
    return organization, await add_member(tx, organization, creator, role)


def can_create(user: User, instance: Instance) -> bool:
    """Whether the user can create organizations: their own setting, else the instance's."""
    own = user.create_organization_enabled
    return instance.organizations_enabled and (
        instance.create_organization_enabled if own is None else own
    )


def get_creation_limit(user: User, instance: Instance) -> int:
    own = user.create_organizations_limit
    return instance.create_organizations_limit if own is None else own


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
                ensure_own_limit(default.seat_limit if default else None)
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
