"""Whether a user or a key has a permission, and why (rules 27, 43, and 90)."""

from dataclasses import dataclass
from enum import Enum

from models.instance import Instance
from resolvers.authority.access import Actor, secret_key_required
from resolvers.authority.plan_gate import get_feature
from resolvers.queries.loaders import Loaders


class Reason(Enum):
    GRANTED_BY_ROLE = "granted_by_role"
    GRANTED_TO_API_KEY = "granted_to_api_key"
    SECRET_KEY = "secret_key"
    NOT_A_MEMBER = "not_a_member"
    ROLE_LACKS_PERMISSION = "role_lacks_permission"
    API_KEY_LACKS_PERMISSION = "api_key_lacks_permission"
    FEATURE_NOT_IN_PLAN = "feature_not_in_plan"
    UNKNOWN_PERMISSION = "unknown_permission"
    ORGANIZATIONS_DISABLED = "organizations_disabled"


@dataclass(frozen=True, slots=True)
class Decision:
    reason: Reason
    role_id: str | None = None
    # Set if the plan decided: the plan in force, if any, and the feature that it lacks.
    plan_id: str | None = None
    feature: str | None = None


async def check_permission(
    loaders: Loaders,
    actor: Actor,
    instance: Instance,
    *,
    organization_id: str,
    permission: str,
    user_id: str | None,
) -> Decision:
    """Decides for the caller, or for any user or API key if the caller is a secret key.

    Raises Forbidden for others who ask about somebody else.
    """
    if user_id not in (None, actor.id) and not actor.is_service:
        raise secret_key_required("the userId of another user")
    subject_id = actor.holder_id if user_id is None else user_id
    if subject_id is not None and not instance.organizations_enabled:
        return Decision(Reason.ORGANIZATIONS_DISABLED)
    held = None
    if subject_id is not None and actor.reaches(organization_id):
        held = await loaders.grants.load((organization_id, subject_id))
    if held and permission in held.permissions:
        reason = Reason.GRANTED_BY_ROLE if held.role_id else Reason.GRANTED_TO_API_KEY
        return Decision(reason, held.role_id)
    if held and permission in held.role_permissions:
        in_force = await loaders.plans_of_organizations.load(organization_id)
        plan_id = in_force.plan_id if in_force else None
        feature = get_feature(permission)
        return Decision(Reason.FEATURE_NOT_IN_PLAN, held.role_id, plan_id, feature)
    if permission not in await loaders.all_permission_keys.load(None):
        return Decision(Reason.UNKNOWN_PERMISSION)
    if subject_id is None and actor.reaches(organization_id):
        return Decision(Reason.SECRET_KEY)
    if held is None:
        return Decision(Reason.NOT_A_MEMBER)
    if held.role_id is None:
        return Decision(Reason.API_KEY_LACKS_PERMISSION)
    return Decision(Reason.ROLE_LACKS_PERMISSION, held.role_id)
