"""The objects as the event log and webhooks show them: the shapes of section 11 of the domain facts."""

from collections.abc import Iterable

from models.base import JSONObject, milliseconds
from models.events import EventType
from models.memberships import Membership
from models.organizations import Organization
from models.roles import Role
from models.users import User
from resolvers.work import Work


def organization_data(organization: Organization) -> JSONObject:
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
        "created_at": milliseconds(organization.created_at),
        "updated_at": milliseconds(organization.updated_at),
    }


def public_user_data(user: User) -> JSONObject:
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
        "created_at": milliseconds(user.created_at),
        "updated_at": milliseconds(user.updated_at),
    }


def membership_data(
    membership: Membership, organization: Organization, user: User, role: Role, permissions: Iterable[str]
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
        "created_at": milliseconds(membership.created_at),
        "updated_at": milliseconds(membership.updated_at),
    }


def record_organization(
    work: Work, type: EventType, organization: Organization, changes: JSONObject | None = None
) -> None:
    work.record(
        type,
        organization.id,
        organization_data(organization),
        organization_id=organization.id,
        private_metadata=organization.private_metadata,
        changes=changes,
    )


def record_user(work: Work, type: EventType, user: User, changes: JSONObject | None = None) -> None:
    work.record(
        type, user.id, user_data(user), user_id=user.id, private_metadata=user.private_metadata, changes=changes
    )
