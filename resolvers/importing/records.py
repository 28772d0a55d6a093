"""What an importer reads, whatever the source. Records refer to each other by the source's IDs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from models.base import JSONObject
from models.instance import EnrollmentMode
from resolvers.importing.choices import Existing, Missing


class Kind(Enum):
    """The kinds of records, in the order in which they are written."""

    PERMISSIONS = "permissions"
    ROLES = "roles"
    ROLE_SETS = "role sets"
    USERS = "users"
    ORGANIZATIONS = "organizations"
    MEMBERSHIPS = "memberships"
    INVITATIONS = "invitations"
    DOMAINS = "domains"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record begins in the source."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    place: Place
    # The columns about which the source says nothing: an update leaves them as they are.
    lacks: Collection[str] = frozenset[str]()

    @property
    def identity(self) -> object:
        """What only one record of its kind can have in a source."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionRecord(Record):
    key: str
    name: str
    description: str | None = None

    @property
    def identity(self) -> object:
        return self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRecord(Record):
    key: str
    name: str
    description: str | None = None
    permissions: Sequence[str] = ()
    # Whether the initial role set gets the role, because the source has no role sets.
    is_initial: bool = False

    @property
    def identity(self) -> object:
        return self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleSetRecord(Record):
    key: str
    name: str
    description: str | None = None
    roles: Sequence[str] = ()
    default_role: str
    creator_role: str

    @property
    def identity(self) -> object:
        return self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRecord(Record):
    # The subject of the user's tokens.
    external_id: str
    email_address: str | None = None
    email_verified: bool = False
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    image_url: str | None = None
    public_metadata: JSONObject = field(default_factory=dict[str, Any])
    private_metadata: JSONObject = field(default_factory=dict[str, Any])
    create_organization_enabled: bool | None = None
    create_organizations_limit: int | None = None
    created_at: datetime | None = None

    @property
    def identity(self) -> object:
        return self.external_id


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationRecord(Record):
    external_id: str
    name: str
    slug: str | None = None
    image_url: str | None = None
    public_metadata: JSONObject = field(default_factory=dict[str, Any])
    private_metadata: JSONObject = field(default_factory=dict[str, Any])
    max_allowed_memberships: int = 0
    admin_delete_enabled: bool = True
    created_by: str | None = None
    role_set: str | None = None
    created_at: datetime | None = None

    @property
    def identity(self) -> object:
        return self.external_id


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipRecord(Record):
    organization: str
    user: str
    role: str
    # What the membership says about its role and user, for `Missing.CREATE`.
    role_name: str | None = None
    permissions: Sequence[str] | None = None
    profile: UserRecord | None = None
    public_metadata: JSONObject = field(default_factory=dict[str, Any])
    private_metadata: JSONObject = field(default_factory=dict[str, Any])
    created_at: datetime | None = None

    @property
    def identity(self) -> object:
        return self.organization, self.user


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRecord(Record):
    """A pending invitation."""

    external_id: str
    organization: str
    email_address: str
    role: str
    inviter: str | None = None
    public_metadata: JSONObject = field(default_factory=dict[str, Any])
    private_metadata: JSONObject = field(default_factory=dict[str, Any])
    created_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def identity(self) -> object:
        return self.external_id


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainRecord(Record):
    organization: str
    name: str
    mode: EnrollmentMode = EnrollmentMode.MANUAL_INVITATION
    verified: bool = False
    created_at: datetime | None = None

    @property
    def identity(self) -> object:
        return self.organization, self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    # The name of the source.
    source: str
    # The issuer of the users' tokens.
    issuer: str
    missing: Missing = Missing.FAIL
    existing: Existing = Existing.SKIP
    # Our role for roles of the source.
    roles: Mapping[str, str] = field(default_factory=dict[str, str])
    # Whether addresses and domains that the source has verified are verified here.
    trusts_verified: bool = False
    leaves_events: bool = True
    sends_webhooks: bool = False
    sends_mail: bool = False

    def map_role(self, key: str) -> str:
        return self.roles.get(key, key)
