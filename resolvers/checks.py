"""May somebody do something? The answer with its reason (DESIGN 7, rule 27)."""

from dataclasses import dataclass
from enum import Enum

from sqlalchemy import func
from sqlmodel import col, select

from models.instance import Instance
from models.roles import Permission
from resolvers.access import Actor, secret_key_required
from resolvers.loaders import Loaders


class Reason(Enum):
    GRANTED_BY_ROLE = "granted_by_role"
    SECRET_KEY = "secret_key"
    NOT_A_MEMBER = "not_a_member"
    ROLE_LACKS_PERMISSION = "role_lacks_permission"
    UNKNOWN_PERMISSION = "unknown_permission"
    ORGANIZATIONS_DISABLED = "organizations_disabled"


@dataclass(frozen=True, slots=True)
class Decision:
    reason: Reason
    role_id: str | None = None


async def _is_known(loaders: Loaders, permission: str) -> bool:
    statement = select(func.count()).where(col(Permission.key) == permission)
    async with loaders.store.read() as connection:
        return bool((await connection.execute(statement)).scalar_one())


async def check_permission(
    loaders: Loaders, actor: Actor, instance: Instance, *, organization_id: str, permission: str, user_id: str | None
) -> Decision:
    """Decides for the caller, or, when a secret key asks, for any user; raises Forbidden when somebody else does."""
    if user_id not in (None, actor.id) and not actor.is_service:
        raise secret_key_required("userId of another user")
    if not await _is_known(loaders, permission):
        return Decision(Reason.UNKNOWN_PERMISSION)
    asked_for = user_id or actor.user_id
    if asked_for is None:
        return Decision(Reason.SECRET_KEY)
    if not instance.organizations_enabled:
        return Decision(Reason.ORGANIZATIONS_DISABLED)
    membership = await loaders.memberships.load((organization_id, asked_for))
    if membership is None:
        return Decision(Reason.NOT_A_MEMBER)
    held = {row.key for row in await loaders.permissions.load(membership.role_id)}
    reason = Reason.GRANTED_BY_ROLE if permission in held else Reason.ROLE_LACKS_PERMISSION
    return Decision(reason, membership.role_id)
