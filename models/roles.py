"""Roles, their permissions and role sets, all of which are rows that the operator can change."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field

from models.base import BaseTable, Record
from models.errors.input import FormatInvalid, TooLong
from models.validation.characters import clean_line
from models.validation.text import ensure_readable

SYSTEM_PREFIX = "org:sys_"
ROLE_KEY = re.compile(r"org:[a-z0-9_]+")
PERMISSION_KEY = re.compile(r"org:[a-z0-9_]+:[a-z0-9_]+")
ROLE_SET_KEY = re.compile(r"role_set:[a-z0-9_]+")
KEY_LENGTH = 128
# Of the middle segment of a permission, which is the key of a feature (rule 41).
FEATURE_LENGTH = 64
DESCRIPTION_LENGTH = 1_024
# These do not count as custom roles (rule 24).
FIRST_ROLES = frozenset({"org:admin", "org:member"})
CUSTOM_ROLES = 50
ROLES_PER_SET = 10

PROFILE_MANAGE = "org:sys_profile:manage"
PROFILE_DELETE = "org:sys_profile:delete"
MEMBERSHIPS_READ = "org:sys_memberships:read"
MEMBERSHIPS_MANAGE = "org:sys_memberships:manage"
DOMAINS_READ = "org:sys_domains:read"
DOMAINS_MANAGE = "org:sys_domains:manage"
BILLING_READ = "org:sys_billing:read"
BILLING_MANAGE = "org:sys_billing:manage"
API_KEYS_READ = "org:sys_api_keys:read"
API_KEYS_MANAGE = "org:sys_api_keys:manage"

# The name and description of each key (rule 23).
SYSTEM_PERMISSIONS = {
    PROFILE_MANAGE: ("Manage organization", "Edit the organization's name, slug and logo."),
    PROFILE_DELETE: ("Delete organization", "Delete the organization."),
    MEMBERSHIPS_READ: ("Read members", "See the members of the organization."),
    MEMBERSHIPS_MANAGE: ("Manage members", "Invite and remove members and change their roles."),
    DOMAINS_READ: ("Read domains", "See the organization's domains."),
    DOMAINS_MANAGE: ("Manage domains", "Add, verify, configure and remove domains."),
    BILLING_READ: ("Read billing", "See the organization's plan and statements."),
    BILLING_MANAGE: (
        "Manage billing",
        "Change the organization's plan and payment methods.",
    ),
    "org:sys_entconns:manage": (
        "Manage enterprise connections",
        "Configure the organization's enterprise connections.",
    ),
    API_KEYS_READ: ("Read API keys", "See the organization's API keys."),
    API_KEYS_MANAGE: ("Manage API keys", "Create, change, and revoke API keys."),
}

# A member needs all three to keep an organization manageable (rule 8).
MANAGER_PERMISSIONS = frozenset({MEMBERSHIPS_MANAGE, MEMBERSHIPS_READ, PROFILE_DELETE})


class Permission(Record, table=True):
    prefix: ClassVar[str] = "perm"

    key: str = Field(unique=True)
    name: str
    description: str | None = None


class Role(Record, table=True):
    prefix: ClassVar[str] = "role"

    key: str = Field(unique=True)
    name: str
    description: str | None = None


class DeletedRole(Record, table=True):
    """A role that was deleted, for invitations that are no longer pending."""

    prefix: ClassVar[str] = "role"

    key: str
    name: str
    description: str | None = None


class RolePermission(BaseTable, table=True):
    role_id: str = Field(primary_key=True, foreign_key="role.id", ondelete="CASCADE")
    permission_id: str = Field(
        primary_key=True, foreign_key="permission.id", ondelete="RESTRICT", index=True
    )


class RoleSet(Record, table=True):
    __table_args__ = (
        Index(
            "ix_role_set_initial",
            "is_initial",
            unique=True,
            sqlite_where=text("is_initial"),
            postgresql_where=text("is_initial"),
        ),
    )
    prefix: ClassVar[str] = "rset"

    key: str = Field(unique=True)
    name: str
    description: str | None = None
    is_initial: bool = False
    default_role_id: str = Field(foreign_key="role.id", ondelete="RESTRICT")
    creator_role_id: str = Field(foreign_key="role.id", ondelete="RESTRICT")


class RoleSetRole(BaseTable, table=True):
    role_set_id: str = Field(primary_key=True, foreign_key="role_set.id", ondelete="CASCADE")
    role_id: str = Field(primary_key=True, foreign_key="role.id", ondelete="RESTRICT", index=True)


def is_system(permission: str) -> bool:
    return permission.startswith(SYSTEM_PREFIX)


def can_manage(permissions: Iterable[str]) -> bool:
    """Whether a role with these permissions can manage an organization, as creator roles must."""
    return frozenset(permissions) >= MANAGER_PERMISSIONS


def find_similar(key: str, known: Iterable[str]) -> list[str]:
    """Finds keys that the caller may have meant, the most similar first."""
    return get_close_matches(key, list(known), n=3, cutoff=0.5)


def _check_key(key: str, pattern: re.Pattern[str], example: str) -> str:
    if len(key) > KEY_LENGTH:
        raise TooLong(f"The key must have at most {KEY_LENGTH} characters.", limit=KEY_LENGTH)
    if not pattern.fullmatch(key):
        raise FormatInvalid(
            f"{key!r} is not a valid key. Write it like {example}, with a-z, 0-9, and _."
        )
    return key


def check_role_key(key: str) -> str:
    return _check_key(key, ROLE_KEY, "org:editor")


def check_permission_key(key: str) -> str:
    """Checks the key of a custom permission (rule 23)."""
    if is_system(key):
        raise FormatInvalid(
            f"Keys that start with {SYSTEM_PREFIX} are reserved for system permissions."
        )
    _check_key(key, PERMISSION_KEY, "org:reports:read")
    if len(key.split(":")[1]) > FEATURE_LENGTH:
        raise TooLong(
            f"The feature in the key must have at most {FEATURE_LENGTH} characters.",
            limit=FEATURE_LENGTH,
        )
    return key


def check_role_set_key(key: str) -> str:
    return _check_key(key, ROLE_SET_KEY, "role_set:partners")


def check_description(description: str | None) -> str | None:
    """Checks and cleans a description: at most 1,024 characters, with line breaks and tabs."""
    if description is None:
        return None
    ensure_readable(re.sub(r"[\n\t]", " ", description), "The description")
    cleaned = re.sub(r"[^\n\t]+", lambda line: clean_line(line[0]), description.strip())
    if len(cleaned) > DESCRIPTION_LENGTH:
        raise TooLong(
            f"The description must have at most {DESCRIPTION_LENGTH} characters.",
            limit=DESCRIPTION_LENGTH,
        )
    return cleaned
