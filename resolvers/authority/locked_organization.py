"""The lock of an organization, and what is read under it: what the user holds, and the settings."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import AnySelect, prepared_statement
from models.instance import INSTANCE_ID, Instance
from models.invitations import Invitation, is_overdue
from models.memberships import Membership
from models.organizations import Organization
from resolvers.authority.access import grant_columns


@prepared_statement
def select_lock(organization_id: str, of_user: str | None) -> SelectOfScalar[str]:
    """Selects the organization's ID and locks the organization; for a user, only as a member."""
    statement = select(Organization.id).where(col(Organization.id) == organization_id)
    if of_user is not None:
        statement = statement.join(
            Membership, col(Membership.organization_id) == col(Organization.id)
        ).where(col(Membership.user_id) == of_user)
    return statement.with_for_update(of=Organization)


@prepared_statement
def select_authority(
    organization_id: str, user_id: str, of_user: str | None, now: datetime
) -> AnySelect:
    """Selects the settings, the organization, and what the user holds in it.

    Also selects whether invitations of the organization must be stored as expired.

    The organization of somebody else isn't even read, so that it takes as long as one that doesn't
    exist.
    """
    is_own = (col(Membership.organization_id) == organization_id) & (
        col(Membership.user_id) == user_id
    )
    shown_id = organization_id if of_user is None else col(Membership.organization_id)
    columns: AnySelect = Select(
        Instance, Organization, has_overdue(now), col(Membership.id), *grant_columns(now)
    )
    return (
        columns.select_from(Instance)
        .outerjoin(Membership, is_own)
        .outerjoin(Organization, col(Organization.id) == shown_id)
        .where(col(Instance.id) == INSTANCE_ID)
    )


def has_overdue(now: datetime) -> ColumnElement[bool]:
    """Whether the selected organization has invitations that expired since they were stored."""
    overdue = select(Invitation.id).where(
        col(Invitation.organization_id) == col(Organization.id), is_overdue(now)
    )
    return overdue.correlate(Organization).exists()
