"""Callers, and what they can do: read from the database, never from a token."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func
from sqlmodel import col, select

from models.database.session import DatabaseSession
from models.database.statements import AnySelect, prepared_statement
from models.errors.request import Forbidden, NotFound
from models.instance import Instance
from models.keys.scopes import INSTANCE_SCOPES, UNNARROWED, KeyScope, Narrowing
from models.memberships import Membership
from models.plans import PayerType
from models.roles import Permission, RolePermission
from resolvers.authority.plan_gate import filter_by_features, parse_keys, select_features


class ActorType(Enum):
    USER = "user"
    SERVICE = "service"
    API_KEY = "api_key"
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
    """The caller: a user, a service with a secret key, an API key, or the system itself."""

    type: ActorType
    # The ID of the user or the key.
    id: str | None = None
    session: SigningSession | None = None
    # What the key is narrowed to; an API key is for its organization.
    narrowing: Narrowing = UNNARROWED

    @property
    def is_service(self) -> bool:
        """Whether the caller holds all permissions in every organization within reach."""
        return self.type in (ActorType.SERVICE, ActorType.SYSTEM)

    @property
    def user_id(self) -> str | None:
        return self.id if self.type is ActorType.USER else None

    @property
    def api_key_id(self) -> str | None:
        return self.id if self.type is ActorType.API_KEY else None

    @property
    def holder_id(self) -> str | None:
        """The ID of the user or API key whose rights count; None for a caller with every right."""
        return None if self.is_service else self.id

    def has_scope(self, scope: KeyScope) -> bool:
        """Whether a secret key covers the scope; users and the system need none."""
        return self.narrowing.scopes is None or scope in self.narrowing.scopes

    def reaches(self, organization_id: str | None) -> bool:
        """Whether a key is for the organization, or for the instance if it is None."""
        ids = self.narrowing.organization_ids
        return ids is None or organization_id in ids


SYSTEM = Actor(ActorType.SYSTEM)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A caller who has signed in, and the instance's settings at that moment."""

    actor: Actor
    instance: Instance
    # The newest cursor of the event log at the same moment, for users.
    newest_cursor: int | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """What a membership allows its user to do, or an API key its holder."""

    # None for an API key.
    membership_id: str | None
    role_id: str | None
    # Those of the role or key. What can be granted, and who can manage, depends on these (rules 8
    # and 9).
    role_permissions: frozenset[str]
    # The features of the organization's plan; None while billing is disabled.
    features: frozenset[str] | None

    @property
    def permissions(self) -> frozenset[str]:
        """The permissions of the role that count with the organization's plan (rule 43)."""
        return filter_by_features(self.role_permissions, self.features)


async def load_grant(
    session: DatabaseSession, organization_id: str, user_id: str, now: datetime
) -> Grant | None:
    """Loads the user's grant in the organization; None for a non-member."""
    statement = select_grants([organization_id], [user_id], now)
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else make_grant(*row[2:])


@prepared_statement
def select_grants(
    organization_ids: Collection[str], user_ids: Collection[str], now: datetime
) -> AnySelect:
    """Selects what `make_grant` needs, for all of the users in all of the organizations."""
    statement: AnySelect = Select(
        col(Membership.organization_id), col(Membership.user_id), *grant_columns(now)
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


def grant_columns(now: datetime) -> Sequence[SQLColumnExpression[Any]]:
    """Makes the columns of a membership that `make_grant` needs."""
    return (
        col(Membership.id).label("membership_id"),
        col(Membership.role_id),
        select_permission_keys(col(Membership.role_id)).label("permissions"),
        select_features(PayerType.ORGANIZATION, col(Membership.organization_id), now).label(
            "features"
        ),
    )


def make_grant(
    membership_id: str | None, role_id: str | None, permissions: str | None, features: str | None
) -> Grant:
    """Makes a grant of the values of `grant_columns`."""
    in_plan = None if features is None else parse_keys(features)
    return Grant(membership_id, role_id, parse_keys(permissions), in_plan)


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


def find_missing(held: frozenset[str], permissions: Iterable[str]) -> list[str]:
    """Lists the permissions of a role that its giver lacks, and so can't grant (rule 9)."""
    return sorted(set(permissions) - held)


def ensure_grantable(
    grant: Grant | None, permissions: Iterable[str], what: str = "The role"
) -> None:
    """Ensures that the caller holds the permissions; None stands for a secret key (rule 9)."""
    missing = find_missing(grant.role_permissions, permissions) if grant else []
    if missing:
        raise Forbidden(
            f"{what} includes permissions that you don't have: {', '.join(missing)}.",
            reason="role_not_grantable",
            permissions=missing,
        )


def ensure_scope(actor: Actor, scope: KeyScope | None) -> None:
    """Ensures that a narrowed secret key covers the scope; None stands for what no scope covers."""
    scopes = actor.narrowing.scopes
    if scopes is not None and scope not in scopes:
        raise missing_scope(*([scope] if scope else []))
    if scope in INSTANCE_SCOPES and not actor.reaches(None):
        raise organization_scoped_key()


def ensure_reach(actor: Actor, organization_id: str | None) -> None:
    """Ensures that a key is for the organization, or for the instance if it is None."""
    if actor.reaches(organization_id):
        return
    raise organization_scoped_key() if organization_id is None else NotFound()


def missing_scope(*scopes: KeyScope) -> Forbidden:
    needed = (
        f"This requires a secret key with the scope {', '.join(scopes)}."
        if scopes
        else "No scope covers this. Use a secret key that isn't narrowed to scopes."
    )
    return Forbidden(needed, reason="missing_scope", scopes=list(scopes))


def organization_scoped_key() -> Forbidden:
    return Forbidden(
        "This belongs to the instance, and the key is only for certain organizations. Use a secret"
        " key that isn't narrowed to organizations.",
        reason="organization_scoped_key",
    )
