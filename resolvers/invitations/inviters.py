"""Who invites: the caller, or the members for whom a secret key does (rule 9)."""

from collections.abc import Collection
from dataclasses import dataclass

from models.errors.input import InputError, ResourceNotFound
from models.organizations import Organization
from models.roles import MEMBERSHIPS_MANAGE
from resolvers.authority.access import Grant, make_grant, missing_permission, select_grants
from resolvers.foundation.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Inviter:
    """Who invites, and what they can grant; without a grant, everything."""

    user_id: str | None
    grant: Grant | None


async def load_inviters(
    tx: Transaction, organization: Organization, user_ids: Collection[str | None]
) -> dict[str | None, Inviter | InputError]:
    """Loads the inviters, or for a user who isn't a member, the error; None stands for the caller.

    Raises Forbidden if one of them must not invite.
    """
    inviters: dict[str | None, Inviter | InputError] = {
        user_id: ResourceNotFound("The inviter must be a member of this organization.")
        for user_id in user_ids
    }
    if named := [user_id for user_id in user_ids if user_id is not None]:
        rows = await tx.session.execute(select_grants([organization.id], named, tx.now))
        for _, user_id, *values in rows:
            grant = make_grant(*values)
            if MEMBERSHIPS_MANAGE not in grant.permissions:
                raise missing_permission(MEMBERSHIPS_MANAGE)
            inviters[user_id] = Inviter(user_id, grant)
    inviters[None] = Inviter(tx.actor.user_id, tx.grant)
    return inviters
