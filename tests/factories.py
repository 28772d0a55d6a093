"""People and organizations, made through the API."""

from dataclasses import dataclass
from typing import Any

from tests.api import SERVICE, Api, Caller


@dataclass(frozen=True)
class Acme:
    """An organization, its administrator and a member, and somebody outside."""

    id: str
    admin: Caller
    member: Caller
    outsider: Caller


async def an_organization(api: Api, *, by: Caller, name: str = "Acme", **values: Any) -> str:
    answer = await api.mutate("createOrganization", {"name": name, **values}, "organization { id }", by=by)
    return answer.payload["organization"]["id"]


async def a_member(api: Api, organization_id: str, user: Caller | str, role: str | None = None) -> Caller:
    """Adds somebody, by address when they have not signed in yet."""
    person = await api.person(user) if isinstance(user, str) else user
    input = {"organizationId": organization_id, "userId": person.id, "role": role}
    answer = await api.mutate("createMembership", input, by=SERVICE)
    assert answer.payload
    return person


async def found_acme(api: Api) -> Acme:
    admin = await api.person("ada@example.com", given_name="Ada", family_name="Lovelace")
    organization_id = await an_organization(api, by=admin)
    member = await a_member(api, organization_id, "grace@example.com")
    return Acme(organization_id, admin, member, await api.person("mallory@example.com"))
