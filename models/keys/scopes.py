"""The scopes of secret keys: what a narrowed key can do (rule 88)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from models.roles import (
    API_KEYS_MANAGE,
    API_KEYS_READ,
    BILLING_MANAGE,
    BILLING_READ,
    DOMAINS_MANAGE,
    DOMAINS_READ,
    MEMBERSHIPS_MANAGE,
    MEMBERSHIPS_READ,
    PROFILE_DELETE,
    PROFILE_MANAGE,
)


class KeyScope(StrEnum):
    ORGANIZATIONS_READ = "organizations:read"
    ORGANIZATIONS_WRITE = "organizations:write"
    MEMBERSHIPS_READ = "memberships:read"
    MEMBERSHIPS_WRITE = "memberships:write"
    INVITATIONS_READ = "invitations:read"
    INVITATIONS_WRITE = "invitations:write"
    USERS_READ = "users:read"
    USERS_WRITE = "users:write"
    ROLES_READ = "roles:read"
    ROLES_WRITE = "roles:write"
    SESSIONS_WRITE = "sessions:write"
    DOMAINS_READ = "domains:read"
    DOMAINS_WRITE = "domains:write"
    BILLING_READ = "billing:read"
    BILLING_WRITE = "billing:write"
    EVENTS_READ = "events:read"
    WEBHOOKS_MANAGE = "webhooks:manage"
    INSTANCE_WRITE = "instance:write"
    KEYS_MANAGE = "keys:manage"
    PRIVATE_METADATA_READ = "private_metadata:read"
    PRIVATE_METADATA_WRITE = "private_metadata:write"


# What they cover belongs to the instance, so a key for certain organizations can't use them.
INSTANCE_SCOPES = frozenset({KeyScope.WEBHOOKS_MANAGE, KeyScope.KEYS_MANAGE})


def add_implied(scopes: Iterable[str]) -> frozenset[str]:
    """Adds the scopes that others imply: who can write something can read it."""
    granted = set(scopes)
    readable = {scope.replace(":write", ":read") for scope in granted if scope.endswith(":write")}
    return frozenset(granted | (readable & set(KeyScope)))


# What every API key can read, whatever its permissions.
SCOPES_OF_ALL = [KeyScope.ORGANIZATIONS_READ, KeyScope.ROLES_READ]
# What a secret key must cover to give an API key a permission; custom ones need nothing more.
SCOPES_OF_PERMISSIONS = {
    PROFILE_MANAGE: [KeyScope.ORGANIZATIONS_WRITE],
    PROFILE_DELETE: [KeyScope.ORGANIZATIONS_WRITE],
    MEMBERSHIPS_READ: [
        *(KeyScope.MEMBERSHIPS_READ, KeyScope.USERS_READ),
        # The number of seats.
        *(KeyScope.EVENTS_READ, KeyScope.BILLING_READ),
    ],
    MEMBERSHIPS_MANAGE: [KeyScope.MEMBERSHIPS_WRITE, KeyScope.INVITATIONS_WRITE],
    DOMAINS_READ: [KeyScope.DOMAINS_READ],
    DOMAINS_MANAGE: [KeyScope.DOMAINS_WRITE],
    BILLING_READ: [KeyScope.BILLING_READ],
    BILLING_MANAGE: [KeyScope.BILLING_WRITE],
    API_KEYS_READ: [KeyScope.KEYS_MANAGE],
    API_KEYS_MANAGE: [KeyScope.KEYS_MANAGE],
}


def list_needed_scopes(permissions: Iterable[str]) -> list[KeyScope]:
    """Lists what a secret key must cover to give an API key these permissions."""
    of_permissions = (SCOPES_OF_PERMISSIONS.get(key, ()) for key in permissions)
    return sorted({*SCOPES_OF_ALL, *chain.from_iterable(of_permissions)})


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a secret key is narrowed to; None stands for everything."""

    # With the implied ones.
    scopes: frozenset[str] | None = None
    organization_ids: frozenset[str] | None = None


UNNARROWED = Narrowing()
