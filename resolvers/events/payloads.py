"""Converts objects to the data of events and webhooks, in the format of Clerk's webhooks."""

from collections.abc import Iterable, Mapping

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import JSONObject, to_milliseconds
from models.database.statements import prepared_statement
from models.events import EventType
from models.instance import DEFAULT_NAME, Instance, requires_organization
from models.invitations import Invitation, get_status
from models.memberships import Membership
from models.organizations import Organization
from models.roles import Permission, Role, RoleSet, can_manage, is_system
from models.sessions import CHOOSE_ORGANIZATION, Session, SessionStatus
from models.sessions import get_status as get_session_status
from models.users import User
from resolvers.authority.access import Actor
from resolvers.foundation.transaction import Transaction
from resolvers.lists.pages import AnyRow

# Events whose data has `deleted` beside the object as it was (docs/rules.md, Events). The data of a
# deleted membership is only the membership as it was.
DELETED_TYPES = frozenset(
    {
        EventType.ORGANIZATION_DELETED,
        EventType.ROLE_DELETED,
        EventType.PERMISSION_DELETED,
        EventType.ROLE_SET_DELETED,
        EventType.USER_DELETED,
        EventType.FEATURE_DELETED,
        EventType.PLAN_DELETED,
    }
)


def with_deleted_flag(type: EventType, data: JSONObject) -> JSONObject:
    return data | {"deleted": True} if type in DELETED_TYPES else data


def organization_data(organization: Organization | AnyRow) -> JSONObject:
    return {
        "object": "organization",
        "id": organization.id,
        "name": organization.name,
        "slug": organization.slug,
        "image_url": organization.image_url,
        "has_image": organization.image_url is not None,
        "max_allowed_memberships": organization.max_allowed_memberships,
        "admin_delete_enabled": organization.admin_delete_enabled,
        "public_metadata": organization.public_metadata,
        "created_by": organization.created_by_id,
        "created_at": to_milliseconds(organization.created_at),
        "updated_at": to_milliseconds(organization.updated_at),
    }


def public_user_data(user: User | AnyRow) -> JSONObject:
    return {
        "user_id": user.id,
        "identifier": user.identifier,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "image_url": user.image_url,
        "has_image": user.image_url is not None,
    }


def user_data(user: User) -> JSONObject:
    return {
        "object": "user",
        "id": user.id,
        "external_id": user.external_id,
        "identifier": user.identifier,
        "email_address": user.email_address,
        "email_verified": user.email_verified,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "image_url": user.image_url,
        "public_metadata": user.public_metadata,
        "create_organization_enabled": user.create_organization_enabled,
        "create_organizations_limit": user.create_organizations_limit,
        "created_at": to_milliseconds(user.created_at),
        "updated_at": to_milliseconds(user.updated_at),
    }


def membership_data(
    membership: Membership | AnyRow,
    organization: Organization | AnyRow,
    user: User | AnyRow,
    role: Role,
    permissions: Iterable[str],
) -> JSONObject:
    return {
        "object": "organization_membership",
        "id": membership.id,
        "organization": organization_data(organization),
        "public_user_data": public_user_data(user),
        "role": role.key,
        "role_name": role.name,
        "permissions": sorted(permissions),
        "public_metadata": membership.public_metadata,
        "created_at": to_milliseconds(membership.created_at),
        "updated_at": to_milliseconds(membership.updated_at),
    }


def public_organization_data(organization: Organization) -> JSONObject:
    return {
        "id": organization.id,
        "name": organization.name,
        "slug": organization.slug,
        "image_url": organization.image_url,
        "has_image": organization.image_url is not None,
    }


def invitation_data(
    invitation: Invitation, organization: Organization, role: Role, status: str
) -> JSONObject:
    """Leaves out the ticket and the link, which everyone who can read events would see."""
    return {
        "object": "organization_invitation",
        "id": invitation.id,
        "email_address": invitation.email_address,
        "role": role.key,
        "role_name": role.name,
        "organization_id": organization.id,
        "public_organization_data": public_organization_data(organization),
        "inviter_id": invitation.inviter_id,
        "status": status,
        "url": None,
        "public_metadata": invitation.public_metadata,
        "expires_at": to_milliseconds(invitation.expires_at),
        "created_at": to_milliseconds(invitation.created_at),
        "updated_at": to_milliseconds(invitation.updated_at),
    }


def role_data(role: Role, permissions: Iterable[str]) -> JSONObject:
    return {
        "object": "role",
        "id": role.id,
        "key": role.key,
        "name": role.name,
        "description": role.description,
        "permissions": sorted(permissions),
        "is_creator_eligible": can_manage(permissions),
        "created_at": to_milliseconds(role.created_at),
        "updated_at": to_milliseconds(role.updated_at),
    }


def permission_data(permission: Permission) -> JSONObject:
    return {
        "object": "permission",
        "id": permission.id,
        "key": permission.key,
        "name": permission.name,
        "description": permission.description,
        "type": "system" if is_system(permission.key) else "custom",
        "created_at": to_milliseconds(permission.created_at),
        "updated_at": to_milliseconds(permission.updated_at),
    }


def role_set_data(role_set: RoleSet, roles: Mapping[str, str]) -> JSONObject:
    """Converts a role set; `roles` are the keys of its roles by their ids."""
    return {
        "object": "role_set",
        "id": role_set.id,
        "key": role_set.key,
        "name": role_set.name,
        "description": role_set.description,
        "is_initial": role_set.is_initial,
        "roles": sorted(roles.values()),
        "default_role": roles[role_set.default_role_id],
        "creator_role": roles[role_set.creator_role_id],
        "created_at": to_milliseconds(role_set.created_at),
        "updated_at": to_milliseconds(role_set.updated_at),
    }


def session_data(
    session: Session, organization_id: str | None, status: SessionStatus
) -> JSONObject:
    tasks = [{"key": CHOOSE_ORGANIZATION}] if status is SessionStatus.PENDING else []
    return {
        "object": "session",
        "id": session.id,
        "user_id": session.user_id,
        "status": status.value,
        "tasks": tasks,
        "last_active_organization_id": organization_id,
        "last_active_at": to_milliseconds(session.last_active_at),
        "expire_at": to_milliseconds(session.expires_at),
        "created_at": to_milliseconds(session.created_at),
        "updated_at": to_milliseconds(session.updated_at),
    }


def instance_data(instance: Instance) -> JSONObject:
    """Converts the settings, which everyone can read."""
    settings = instance.model_dump(exclude={"id", "environment", "forgotten_cursor"})
    name = instance.name or DEFAULT_NAME
    return {"object": "instance", "id": "instance", **settings, "name": name}


def record_instance(tx: Transaction, instance: Instance, changes: JSONObject) -> None:
    data = instance_data(instance)
    tx.record(EventType.INSTANCE_UPDATED, data["id"], data, changes=changes)


def record_organization(
    tx: Transaction,
    type: EventType,
    organization: Organization | AnyRow,
    changes: JSONObject | None = None,
) -> None:
    tx.record(
        type,
        organization.id,
        with_deleted_flag(type, organization_data(organization)),
        organization_id=organization.id,
        private_metadata=organization.private_metadata,
        changes=changes,
    )


def record_user(
    tx: Transaction, type: EventType, user: User, changes: JSONObject | None = None
) -> None:
    data = with_deleted_flag(type, user_data(user))
    tx.record(
        type,
        user.id,
        data,
        user_id=user.id,
        private_metadata=user.private_metadata,
        changes=changes,
    )


async def record_invitation(
    tx: Transaction,
    type: EventType,
    invitation: Invitation,
    organization: Organization,
    *,
    actor: Actor | None = None,
    user_id: str | None = None,
) -> None:
    role = await tx.session.get_one(Role, invitation.role_id)
    status = get_status(invitation.status, invitation.expires_at, tx.now).value
    tx.record(
        type,
        invitation.id,
        invitation_data(invitation, organization, role, status)
        | ({"user_id": user_id} if user_id else {}),
        organization_id=organization.id,
        user_id=user_id,
        address_key=invitation.address_key,
        private_metadata=invitation.private_metadata,
        actor=actor,
    )


async def record_session(tx: Transaction, type: EventType, session: Session) -> None:
    """Records an event of no organization, so that members don't see each other's sessions."""
    organization_id: str | None = None
    if session.membership_id:
        active = _select_organization_id(session.membership_id)
        organization_id = (await tx.session.execute(active)).scalar_one_or_none()
    is_pending = organization_id is None and requires_organization(await tx.load_instance())
    status = get_session_status(
        session.closed_as, session.expires_at, tx.now, is_pending=is_pending
    )
    tx.record(
        type, session.id, session_data(session, organization_id, status), user_id=session.user_id
    )


@prepared_statement
def _select_organization_id(membership_id: str) -> SelectOfScalar[str]:
    return select(Membership.organization_id).where(col(Membership.id) == membership_id)
