"""Callers, and what they can do: read from the database, never from a token."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func
from sqlmodel import col, select

from models.database.session import DatabaseSession
from models.database.statements import AnySelect, prepared_statement
from models.errors import Forbidden, NotFound
from models.memberships import Membership
from models.roles import Permission, RolePermission


class ActorType(Enum):
    USER = "user"
    SERVICE = "service"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class SigningSession:
    """The session whose token the request carries.

    The organization is the one in the token; it grants nothing.
    """

    id: str
    expires_at: datetime
    organization_id: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller: a user, a service with a secret key, or the system itself."""

    type: ActorType
    # The ID of the user or the secret key.
    id: str | None = None
    session: SigningSession | None = None

    @property
    def is_service(self) -> bool:
        """Whether the caller holds all permissions in every organization."""
        return self.type is not ActorType.USER

    @property
    def user_id(self) -> str | None:
        return self.id if self.type is ActorType.USER else None


SYSTEM = Actor(ActorType.SYSTEM)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a membership allows its user to do."""

    membership_id: str
    role_id: str
    permissions: frozenset[str]


async def load_grant(session: DatabaseSession, organization_id: str, user_id: str) -> Grant | None:
    """Loads the user's grant in the organization; None for a non-member."""
    statement = select_grants([organization_id], [user_id])
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else make_grant(*row[2:])


@prepared_statement
def select_grants(organization_ids: Collection[str], user_ids: Collection[str]) -> AnySelect:
    """Selects what `make_grant` needs, for all of the users in all of the organizations."""
    statement: AnySelect = Select(
        col(Membership.organization_id), col(Membership.user_id), *GRANT_COLUMNS
    )
    return statement.where(
        col(Membership.organization_id).in_(organization_ids),
        col(Membership.user_id).in_(user_ids),
    )


def select_permission_keys(role_id: SQLColumnExpression[str]) -> ColumnElement[str]:
    """Selects the keys of a role's permissions, separated by spaces; null if there are none."""
    keys = select(func.aggregate_strings(col(Permission.key), " ")).join(
        RolePermission, col(RolePermission.permission_id) == col(Permission.id)
    )
    keys = keys.where(col(RolePermission.role_id) == role_id)
    return keys.correlate_except(Permission, RolePermission).scalar_subquery()


@lru_cache(maxsize=1_000)
def parse_permission_keys(keys: str | None) -> frozenset[str]:
    """Parses what `select_permission_keys` selects."""
    return frozenset((keys or "").split())


GRANT_COLUMNS: Sequence[SQLColumnExpression[Any]] = (
    col(Membership.id).label("membership_id"),
    col(Membership.role_id),
    select_permission_keys(col(Membership.role_id)).label("permissions"),
)


def make_grant(membership_id: str, role_id: str, permissions: str | None) -> Grant:
    """Makes a grant of the values of GRANT_COLUMNS."""
    return Grant(membership_id, role_id, parse_permission_keys(permissions))


def require_permission(grant: Grant | None, permission: str) -> Grant:
    """Returns the grant if it holds the permission.

    Raises NotFound for a non-member, and Forbidden for a member without the permission.
    """
    if grant is None:
        raise NotFound
    if permission not in grant.permissions:
        raise missing_permission(permission)
    return grant


def missing_permission(*permissions: str) -> Forbidden:
    needed = ", ".join(permissions)
    return Forbidden(
        f"This requires the permission {needed}.",
        reason="missing_organization_permission",
        permissions=list(permissions),
    )


def address_unverified() -> Forbidden:
    return Forbidden(
        "Your email address is not verified. Open the link in the invitation email instead.",
        reason="invitation_requires_verified_address",
    )


def wrong_address() -> Forbidden:
    return Forbidden(
        "This invitation is for another email address. Sign in with that address.",
        reason="invitation_for_another_address",
    )


def ensure_identity_token(actor: Actor) -> None:
    """Rejects a session token, which must not be enough to keep a session alive (rule 28)."""
    if actor.session is not None:
        raise Forbidden(
            "This requires a token of your identity provider, not a session token.",
            reason="identity_token_required",
        )


def ensure_service(actor: Actor, inputs: Iterable[str]) -> None:
    """Rejects the given inputs unless a secret key calls."""
    names = sorted(inputs)
    if names and not actor.is_service:
        raise secret_key_required(", ".join(names))


def secret_key_required(what: str) -> Forbidden:
    return Forbidden(f"Only a secret key can use {what}.", reason="secret_key_required")


def ensure_grantable(grant: Grant | None, permissions: Iterable[str]) -> None:
    """Ensures that the caller holds the permissions; None stands for a secret key (rule 9)."""
    missing = sorted(set(permissions) - grant.permissions) if grant else []
    if missing:
        raise Forbidden(
            f"The role includes permissions that you don't have: {', '.join(missing)}.",
            reason="role_not_grantable",
            permissions=missing,
        )
