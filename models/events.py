"""The event log: one row per change, written with the change and never edited (decision 0004)."""

from datetime import datetime
from enum import Enum
from functools import cache
from typing import ClassVar

from sqlalchemy import JSON, Column, Identity, Index, Integer, text
from sqlalchemy.dialects.postgresql import BIGINT
from sqlmodel import Field

from models.base import BaseTable, JSONObject, UTCDateTime, json_column
from models.roles import (
    API_KEYS_READ,
    BILLING_READ,
    DOMAINS_READ,
    MEMBERSHIPS_MANAGE,
    MEMBERSHIPS_READ,
)


class EventType(Enum):
    """The types of events; the values are the names that webhooks use.

    A new type also needs a description in schema/events/enums.py, and a call of
    `Transaction.record` with its data, which resolvers/events/payloads.py creates. A new subject
    also needs a permission below, or only secret keys can read its events.
    """

    ORGANIZATION_CREATED = "organization.created"
    ORGANIZATION_UPDATED = "organization.updated"
    ORGANIZATION_DELETED = "organization.deleted"
    MEMBERSHIP_CREATED = "organizationMembership.created"
    MEMBERSHIP_UPDATED = "organizationMembership.updated"
    MEMBERSHIP_DELETED = "organizationMembership.deleted"
    INVITATION_CREATED = "organizationInvitation.created"
    INVITATION_RESENT = "organizationInvitation.resent"
    INVITATION_ACCEPTED = "organizationInvitation.accepted"
    INVITATION_REVOKED = "organizationInvitation.revoked"
    INVITATION_DECLINED = "organizationInvitation.declined"
    INVITATION_EXPIRED = "organizationInvitation.expired"
    DOMAIN_CREATED = "organizationDomain.created"
    DOMAIN_UPDATED = "organizationDomain.updated"
    DOMAIN_DELETED = "organizationDomain.deleted"
    SUGGESTION_CREATED = "organizationSuggestion.created"
    SUGGESTION_ACCEPTED = "organizationSuggestion.accepted"
    MEMBERSHIP_REQUEST_CREATED = "organizationMembershipRequest.created"
    MEMBERSHIP_REQUEST_ACCEPTED = "organizationMembershipRequest.accepted"
    MEMBERSHIP_REQUEST_REJECTED = "organizationMembershipRequest.rejected"
    ROLE_CREATED = "role.created"
    ROLE_UPDATED = "role.updated"
    ROLE_DELETED = "role.deleted"
    PERMISSION_CREATED = "permission.created"
    PERMISSION_UPDATED = "permission.updated"
    PERMISSION_DELETED = "permission.deleted"
    ROLE_SET_CREATED = "roleSet.created"
    ROLE_SET_UPDATED = "roleSet.updated"
    ROLE_SET_DELETED = "roleSet.deleted"
    USER_CREATED = "user.created"
    USER_UPDATED = "user.updated"
    USER_DELETED = "user.deleted"
    SESSION_CREATED = "session.created"
    SESSION_ENDED = "session.ended"
    SESSION_REVOKED = "session.revoked"
    FEATURE_CREATED = "feature.created"
    FEATURE_UPDATED = "feature.updated"
    FEATURE_DELETED = "feature.deleted"
    PLAN_CREATED = "plan.created"
    PLAN_UPDATED = "plan.updated"
    PLAN_DELETED = "plan.deleted"
    SUBSCRIPTION_CREATED = "subscription.created"
    SUBSCRIPTION_UPDATED = "subscription.updated"
    SUBSCRIPTION_ACTIVE = "subscription.active"
    SUBSCRIPTION_PAST_DUE = "subscription.pastDue"
    INSTANCE_UPDATED = "instance.updated"
    API_KEY_CREATED = "apiKey.created"
    API_KEY_UPDATED = "apiKey.updated"
    API_KEY_REVOKED = "apiKey.revoked"
    SECRET_KEY_CREATED = "secretKey.created"
    SECRET_KEY_REVOKED = "secretKey.revoked"


ORGANIZATION = "organization"
MEMBERSHIP = "organizationMembership"
INVITATION = "organizationInvitation"
DOMAIN = "organizationDomain"
SUGGESTION = "organizationSuggestion"
MEMBERSHIP_REQUEST = "organizationMembershipRequest"
SUBSCRIPTION = "subscription"
ROLE = "role"
PERMISSION = "permission"
ROLE_SET = "roleSet"
USER = "user"
SESSION = "session"
INSTANCE = "instance"
API_KEY = "apiKey"

# The permission that a member needs to read events about a subject. Events about any other subject
# are for secret keys only.
REQUIRED_PERMISSIONS = {
    ORGANIZATION: MEMBERSHIPS_READ,
    MEMBERSHIP: MEMBERSHIPS_READ,
    INVITATION: MEMBERSHIPS_MANAGE,
    DOMAIN: DOMAINS_READ,
    SUGGESTION: MEMBERSHIPS_MANAGE,
    MEMBERSHIP_REQUEST: MEMBERSHIPS_MANAGE,
    SUBSCRIPTION: BILLING_READ,
    API_KEY: API_KEYS_READ,
}


def get_subject(name: str) -> str:
    """Returns what an event of that type is about."""
    return name.partition(".")[0]


def list_types(*subjects: str) -> frozenset[str]:
    return frozenset(type.value for type in EventType if get_subject(type.value) in subjects)


@cache
def get_readable_types(permissions: frozenset[str]) -> frozenset[str]:
    """Returns the types of events that a member with these permissions can read (rules, Events)."""
    return list_types(
        *(subject for subject, needed in REQUIRED_PERMISSIONS.items() if needed in permissions)
    )


MEMBERSHIP_TYPES = list_types(MEMBERSHIP)
# Events that concern the user that they are about; no other table has to be read to know that.
OWN_TYPES = list_types(MEMBERSHIP, MEMBERSHIP_REQUEST, USER, SESSION)


class Event(BaseTable, table=True):
    __table_args__ = (
        Index(None, "organization_id", "cursor"),
        Index(None, "organization_id", "type", "cursor"),
        Index(None, "user_id", "cursor"),
        Index(
            "ix_event_address_key_cursor",
            "address_key",
            "cursor",
            sqlite_where=text("address_key IS NOT NULL"),
            postgresql_where=text("address_key IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},
    )
    prefix: ClassVar[str] = "evt"

    # The total order of the instance.
    cursor: int = Field(
        default=None,
        sa_column=Column(
            Integer().with_variant(BIGINT(), "postgresql"), Identity(cache=1), primary_key=True
        ),
    )
    id: str = Field(unique=True)
    type: str
    occurred_at: datetime = Field(sa_type=UTCDateTime)
    organization_id: str | None = None
    # The id of the object that changed; no foreign key, because the log outlives the object.
    object_id: str
    user_id: str | None = None
    # Of an invitation: whom it is for.
    address_key: str | None = None
    actor_type: str
    actor_id: str | None = None
    # The object as of the event, without its private metadata.
    data: JSONObject = json_column()
    private_metadata: JSONObject | None = Field(default=None, sa_type=JSON(none_as_null=True))  # pyright: ignore[reportArgumentType, reportCallIssue]
    # For updates: the previous value of each changed attribute.
    changes: JSONObject | None = Field(default=None, sa_type=JSON(none_as_null=True))  # pyright: ignore[reportArgumentType, reportCallIssue]
