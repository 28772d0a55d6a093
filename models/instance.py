"""The instance: one row of settings that the operator can change at run time."""

from enum import Enum

from sqlalchemy import JSON, BigInteger, CheckConstraint, false
from sqlmodel import Field

from models.base import BaseTable

INSTANCE_ID = 1


class MembershipMode(Enum):
    REQUIRED = "required"
    OPTIONAL = "optional"


class Instance(BaseTable, table=True):
    __table_args__ = (CheckConstraint(f"id = {INSTANCE_ID}", name="only_one_instance"),)

    id: int = Field(
        default=INSTANCE_ID, primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    # `development` once a development server has used the database; production rejects it then.
    environment: str | None = None
    organizations_enabled: bool = True
    membership_mode: str = MembershipMode.REQUIRED.value
    slugs_enabled: bool = True
    max_allowed_memberships: int = 0
    create_organization_enabled: bool = True
    create_organizations_limit: int = 100
    admin_delete_enabled: bool = True
    invitation_expires_in_days: int = 30
    invitation_url: str | None = None
    allowed_redirect_origins: list[str] = Field(default_factory=list[str], sa_type=JSON)
    # Whether plans decide which custom permissions and how many seats count (rules 42 to 47).
    billing_enabled: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    billing_url: str | None = None
    # The newest cursor that the event log has deleted: it holds everything after that.
    forgotten_cursor: int = Field(
        default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"}
    )


def requires_organization(instance: Instance) -> bool:
    """Whether users need an organization, so that a session without one is pending (rule 28)."""
    return (
        instance.organizations_enabled and instance.membership_mode == MembershipMode.REQUIRED.value
    )
