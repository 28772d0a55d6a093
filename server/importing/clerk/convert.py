"""Converts Clerk's objects to records; counts what has no place here."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping

from models.instance import EnrollmentMode
from resolvers.importing.records import (
    DomainRecord,
    InvitationRecord,
    MembershipRecord,
    OrganizationRecord,
    PermissionRecord,
    Place,
    RoleRecord,
    RoleSetRecord,
    UserRecord,
)
from server.importing.clerk.shapes import (
    ClerkAddress,
    ClerkDomain,
    ClerkInvitation,
    ClerkMembership,
    ClerkOrganization,
    ClerkPermission,
    ClerkPublicUser,
    ClerkRole,
    ClerkRoleSet,
    ClerkUser,
    Shape,
    to_time,
)

PENDING = "pending"
METADATA = {"public_metadata", "private_metadata"}
# Where the application's own ID of a user is kept: `externalId` is Clerk's.
APPLICATION_ID = "clerk_external_id"

# What a user can have that isn't imported.
LEFT_OF_USERS: Mapping[str, Callable[[ClerkUser], int]] = {
    "passwords": lambda user: int(user.password_enabled),
    "bans of users": lambda user: int(user.banned),
    "further email addresses": lambda user: max(0, len(user.email_addresses) - 1),
    "phone numbers": lambda user: len(user.phone_numbers),
    "unsafe metadata of users": lambda user: int(bool(user.unsafe_metadata)),
}


def _find_primary(user: ClerkUser) -> ClerkAddress | None:
    """Finds the primary address, or else the first one."""
    for address in user.email_addresses:
        if address.id == user.primary_email_address_id:
            return address
    return user.email_addresses[0] if user.email_addresses else None


def count_left(one: Shape, left: Counter[str]) -> None:
    """Counts what an object has that isn't imported."""
    if isinstance(one, ClerkUser):
        for name, count in LEFT_OF_USERS.items():
            left[name] += count(one)
    elif isinstance(one, ClerkInvitation) and not is_pending(one):
        left["invitations that aren't pending"] += 1


def _find_lacking(one: Shape, names: Collection[str]) -> frozenset[str]:
    """Finds the fields that an answer of the API lacks."""
    return frozenset(name for name in names if getattr(one, name) is None)


def convert_user(place: Place, user: ClerkUser) -> UserRecord:
    address = _find_primary(user)
    application_id = {APPLICATION_ID: user.external_id} if user.external_id else {}
    return UserRecord(
        place=place,
        lacks=_find_lacking(user, METADATA),
        external_id=user.id,
        email_address=address.email_address if address else None,
        email_verified=bool(address and address.verification and address.verification.is_verified),
        username=user.username or None,
        first_name=user.first_name or None,
        last_name=user.last_name or None,
        image_url=user.image_url if user.has_image else None,
        public_metadata=user.public_metadata or {},
        private_metadata={**(user.private_metadata or {}), **application_id},
        # Clerk says true for a user to whom the setting of the instance applies.
        create_organization_enabled=False if user.create_organization_enabled is False else None,
        create_organizations_limit=user.create_organizations_limit,
        created_at=to_time(user.created_at),
    )


def convert_organization(place: Place, organization: ClerkOrganization) -> OrganizationRecord:
    return OrganizationRecord(
        place=place,
        lacks=_find_lacking(organization, {*METADATA, "max_allowed_memberships"}),
        external_id=organization.id,
        name=organization.name,
        slug=organization.slug or None,
        image_url=organization.image_url if organization.has_image else None,
        public_metadata=organization.public_metadata or {},
        private_metadata=organization.private_metadata or {},
        max_allowed_memberships=organization.max_allowed_memberships or 0,
        admin_delete_enabled=organization.admin_delete_enabled,
        created_by=organization.created_by,
        role_set=organization.role_set_key,
        created_at=to_time(organization.created_at),
    )


def _convert_profile(place: Place, user: ClerkPublicUser) -> UserRecord:
    """Makes a user of what a membership says: the identifier is an address or a user name."""
    has_address = "@" in (user.identifier or "")
    return UserRecord(
        place=place,
        external_id=user.user_id,
        email_address=user.identifier if has_address else None,
        username=None if has_address else user.identifier or None,
        first_name=user.first_name or None,
        last_name=user.last_name or None,
        image_url=user.image_url if user.has_image else None,
    )


def convert_membership(place: Place, membership: ClerkMembership) -> MembershipRecord:
    return MembershipRecord(
        place=place,
        lacks=_find_lacking(membership, METADATA),
        organization=membership.organization.id,
        user=membership.public_user_data.user_id,
        role=membership.role,
        role_name=membership.role_name,
        permissions=membership.permissions,
        profile=_convert_profile(place, membership.public_user_data),
        public_metadata=membership.public_metadata or {},
        private_metadata=membership.private_metadata or {},
        created_at=to_time(membership.created_at),
    )


def is_pending(invitation: ClerkInvitation) -> bool:
    return (invitation.status or PENDING) == PENDING


def convert_invitation(place: Place, invitation: ClerkInvitation) -> InvitationRecord | None:
    """Returns None for an invitation that isn't pending."""
    if not is_pending(invitation):
        return None
    return InvitationRecord(
        place=place,
        external_id=invitation.id,
        organization=invitation.organization_id,
        email_address=invitation.email_address,
        role=invitation.role,
        inviter=invitation.inviter_id,
        public_metadata=invitation.public_metadata or {},
        private_metadata=invitation.private_metadata or {},
        created_at=to_time(invitation.created_at),
        expires_at=to_time(invitation.expires_at),
    )


def convert_domain(place: Place, domain: ClerkDomain) -> DomainRecord:
    known = {mode.value for mode in EnrollmentMode}
    mode = domain.enrollment_mode if domain.enrollment_mode in known else None
    return DomainRecord(
        place=place,
        organization=domain.organization_id,
        name=domain.name,
        mode=EnrollmentMode(mode or EnrollmentMode.MANUAL_INVITATION.value),
        verified=domain.is_verified,
        created_at=to_time(domain.created_at),
    )


def convert_permission(place: Place, permission: ClerkPermission) -> PermissionRecord:
    return PermissionRecord(
        place=place,
        key=permission.key,
        name=permission.name,
        description=permission.description or None,
    )


def convert_role(place: Place, role: ClerkRole) -> RoleRecord:
    return RoleRecord(
        place=place,
        key=role.key,
        name=role.name,
        description=role.description or None,
        permissions=[permission.key for permission in role.permissions],
    )


def convert_role_set(place: Place, role_set: ClerkRoleSet) -> RoleSetRecord:
    return RoleSetRecord(
        place=place,
        key=role_set.key,
        name=role_set.name,
        description=role_set.description or None,
        roles=[role.key for role in role_set.roles],
        default_role=role_set.default_role.key,
        creator_role=role_set.creator_role.key,
    )
