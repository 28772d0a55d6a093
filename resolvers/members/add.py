"""Adds members; every path that adds one ends here."""

from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError

from models.errors.input import AlreadyAMember
from models.events import EventType
from models.memberships import Membership
from models.organizations import Organization
from models.users import User
from resolvers.foundation.metadata import Metadata
from resolvers.foundation.transaction import Transaction
from resolvers.members.events import load_features, record_membership
from resolvers.roles import RoleWithPermissions
from resolvers.sessions.active_organization import activate_pending_session


async def add_members(
    tx: Transaction,
    organization: Organization,
    members: Sequence[tuple[User, RoleWithPermissions, Metadata]],
) -> list[Membership]:
    """Inserts memberships; every path that adds a member ends here."""
    memberships = [
        Membership(
            id=tx.new_id(Membership.prefix),
            created_at=tx.now,
            updated_at=tx.now,
            organization_id=organization.id,
            user_id=user.id,
            role_id=role.role.id,
            public_metadata=metadata.public or {},
            private_metadata=metadata.private or {},
        )
        for user, role, metadata in members
    ]
    tx.session.add_all(memberships)
    try:
        await tx.session.flush()
    except IntegrityError as error:
        raise already_a_member() from error
    features = await load_features(tx, organization.id)
    for membership, (user, role, _) in zip(memberships, members, strict=True):
        record_membership(
            tx, EventType.MEMBERSHIP_CREATED, membership, organization, user, role, features
        )
        await activate_pending_session(tx, membership)
    return memberships


async def add_member(
    tx: Transaction,
    organization: Organization,
    user: User,
    role: RoleWithPermissions,
    metadata: Metadata | None = None,
) -> Membership:
    (membership,) = await add_members(tx, organization, [(user, role, metadata or Metadata())])
    return membership


def already_a_member() -> AlreadyAMember:
    return AlreadyAMember("This user is already a member.", at="user_id")
