"""What the emails about domains and membership requests say, as of the moment they are sent."""

from typing import Any

from sqlalchemy import Select, exists
from sqlmodel import col

from models.database.store import Store
from models.domains import OrganizationDomain
from models.membership_requests import MembershipRequest, MembershipRequestStatus
from models.memberships import Membership
from models.organizations import Organization
from models.users import User
from resolvers.lists.pages import AnyRow


async def load_code(
    store: Store, organization_id: str, domain: str, nonce: str, asker_id: str | None
) -> AnyRow | None:
    """Loads the domain that a code is for; None if the code is no longer valid."""
    columns: Any = (
        OrganizationDomain.id,
        OrganizationDomain.affiliation_email_address,
        OrganizationDomain.affiliation_expires_at,
        col(Organization.name).label("organization_name"),
        User.first_name,
        User.last_name,
    )
    statement = (
        Select[Any](*columns)
        .select_from(OrganizationDomain)
        .join(Organization, col(Organization.id) == col(OrganizationDomain.organization_id))
        .outerjoin(User, col(User.id) == asker_id)
        .where(
            col(OrganizationDomain.organization_id) == organization_id,
            col(OrganizationDomain.name) == domain,
            col(OrganizationDomain.affiliation_nonce) == nonce,
        )
    )
    async with store.read() as connection:
        return (await connection.execute(statement)).one_or_none()


async def load_recipient(store: Store, organization_id: str, user_id: str | None) -> AnyRow | None:
    """Loads the member who gets a notice; None if they have left, or have no address anymore.

    The row says whether a membership request waits for a decision.
    """
    has_requests = exists().where(
        col(MembershipRequest.organization_id) == organization_id,
        col(MembershipRequest.status) == MembershipRequestStatus.PENDING.value,
    )
    columns: Any = (
        User.email_address,
        col(Organization.name).label("organization_name"),
        has_requests.label("has_requests"),
    )
    statement = (
        Select[Any](*columns)
        .select_from(Membership)
        .join(User, col(User.id) == col(Membership.user_id))
        .join(Organization, col(Organization.id) == col(Membership.organization_id))
        .where(
            col(Membership.organization_id) == organization_id,
            col(Membership.user_id) == user_id,
            col(User.email_verified),
            col(User.email_address).is_not(None),
        )
    )
    async with store.read() as connection:
        return (await connection.execute(statement)).one_or_none()
