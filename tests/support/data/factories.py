"""Users and organizations, created through the API."""

from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import col, select

from models.base import now
from models.roles import Permission, Role, RolePermission, RoleSet, RoleSetRole
from resolvers.authority.access import SYSTEM
from resolvers.foundation.transaction import begin
from tests.support.api import SERVICE, Api, Caller

ADMIN = {"given_name": "Ada", "family_name": "Lovelace"}


@dataclass(frozen=True)
class Acme:
    """An organization with an administrator and a member, and a user who is not a member."""

    id: str
    admin: Caller
    member: Caller
    outsider: Caller
    # The outsider's, for the tests that ask for one.
    invitation_id: str = ""


async def an_organization(api: Api, *, by: Caller, name: str = "Acme", **values: Any) -> str:
    answer = await api.mutate(
        "createOrganization", {"name": name, **values}, "organization { id }", by=by
    )
    return answer.payload["organization"]["id"]


async def a_member(
    api: Api, organization_id: str, user: Caller | str, role: str | None = None
) -> Caller:
    """Adds a user to an organization; an address stands for a user who has not signed in yet."""
    person = await api.person(user) if isinstance(user, str) else user
    input = {"organizationId": organization_id, "userId": person.id, "role": role}
    answer = await api.mutate("createMembership", input, by=SERVICE)
    assert answer.payload
    return person


async def create_acme(api: Api) -> Acme:
    admin = await api.person("ada@example.com", **ADMIN)
    organization_id = await an_organization(api, by=admin)
    member = await a_member(api, organization_id, "grace@example.com")
    return Acme(organization_id, admin, member, await api.person("mallory@example.com"))


async def an_invitation(api: Api, acme: Acme) -> Acme:
    """Invites the outsider."""
    input = {"organizationId": acme.id, "emailAddress": acme.outsider.email}
    answer = await api.mutate("createInvitation", input, "invitation { id }", by=acme.admin)
    return replace(acme, invitation_id=answer.payload["invitation"]["id"])


async def a_role(api: Api, key: str, permissions: list[str], *, in_set: bool = True) -> str:
    """Creates a role in the database, in the initial role set."""
    async with begin(replace(api.server, clock=now), SYSTEM) as tx:
        role = Role(id=tx.new_id("role"), created_at=tx.now, updated_at=tx.now, key=key, name=key)
        tx.session.add(role)
        await tx.session.flush()
        held = select(Permission.id).where(col(Permission.key).in_(permissions))
        ids = (await tx.session.execute(held)).scalars()
        tx.session.add_all(RolePermission(role_id=role.id, permission_id=id) for id in ids)
        if in_set:
            initial = select(RoleSet.id).where(col(RoleSet.is_initial))
            role_set_id = (await tx.session.execute(initial)).scalar_one()
            tx.session.add(RoleSetRole(role_set_id=role_set_id, role_id=role.id))
    assert len(ids) == len(permissions)
    return role.id
