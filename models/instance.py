"""The instance: one row of settings that the operator can change at run time."""

from enum import Enum

from sqlalchemy import JSON, BigInteger, CheckConstraint, false, text, true
from sqlmodel import Field

from models.base import BaseTable, dumps

INSTANCE_ID = 1
DEFAULT_NAME = "Tenantry"


class MembershipMode(Enum):
    REQUIRED = "required"
    OPTIONAL = "optional"


class EnrollmentMode(Enum):
    MANUAL_INVITATION = "manual_invitation"
    AUTOMATIC_INVITATION = "automatic_invitation"
    AUTOMATIC_SUGGESTION = "automatic_suggestion"
    # Set by an enterprise connection, never by hand.
    ENTERPRISE_SSO = "enterprise_sso"


# What a new instance allows.
FIRST_MODES = [mode.value for mode in EnrollmentMode if mode is not EnrollmentMode.ENTERPRISE_SSO]
FIRST_DOMAINS = 10


class Instance(BaseTable, table=True):
    __table_args__ = (CheckConstraint(f"id = {INSTANCE_ID}", name="only_one_instance"),)

    id: int = Field(
        default=INSTANCE_ID, primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    # The name of the product, for people; `DEFAULT_NAME` if there is none.
    name: str | None = None
    logo_url: str | None = None
    home_url: str | None = None
    sign_in_url: str | None = None
    sign_up_url: str | None = None
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
    domains_enabled: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    # Values of `EnrollmentMode`; that of manual invitations is always among them.
    domains_enrollment_modes: list[str] = Field(
        default_factory=lambda: list(FIRST_MODES),
        sa_type=JSON,
        sa_column_kwargs={"server_default": text(f"'{dumps(FIRST_MODES).decode()}'")},
    )
    # 0 means unlimited.
    domains_per_organization: int = Field(
        default=FIRST_DOMAINS, sa_column_kwargs={"server_default": str(FIRST_DOMAINS)}
    )
    automatic_invitation_needs_ownership: bool = Field(
        default=False, sa_column_kwargs={"server_default": false()}
    )
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
