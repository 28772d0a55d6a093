"""The scopes of secret keys: what a narrowed key can do (rule 88)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a secret key is narrowed to; None stands for everything."""

    # With the implied ones.
    scopes: frozenset[str] | None = None
    organization_ids: frozenset[str] | None = None


UNNARROWED = Narrowing()
