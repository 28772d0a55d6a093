"""What a mutation answers with is shown by the same rights as what a query reads."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from graphql import build_schema, get_named_type

from models.base import new_id
from models.membership_requests import MembershipRequest
from models.roles import MEMBERSHIPS_MANAGE, MEMBERSHIPS_READ
from schema import get_schema
from schema.foundation.sdl import sdl
from tests.support.api import JSON, SERVICE, Answer, Api, Caller
from tests.support.data.factories import Acme, a_member, an_invitation
from tests.support.data.rows import a_role

SELECTION = "membership { id role { key } user { identifier firstName publicMetadata } }"
REFUSED = {
    "code": "FORBIDDEN",
    "reason": "missing_organization_permission",
    "permissions": [MEMBERSHIPS_READ],
}
Call = Callable[[Api, Acme, Caller], Awaitable[tuple[str, JSON]]]


async def change_nothing(api: Api, acme: Acme, guest: Caller) -> tuple[str, JSON]:
    return "updateMembership", {"organizationId": acme.id, "userId": guest.id, "role": "org:guest"}


async def give_another_role(api: Api, acme: Acme, guest: Caller) -> tuple[str, JSON]:
    return "updateMembership", {"organizationId": acme.id, "userId": guest.id, "role": "org:other"}


async def remove(api: Api, acme: Acme, guest: Caller) -> tuple[str, JSON]:
    return "removeMembership", {"organizationId": acme.id, "userId": guest.id}


async def accept_request(api: Api, acme: Acme, guest: Caller) -> tuple[str, JSON]:
    assert (await api.mutate("leaveOrganization", {"organizationId": acme.id}, by=guest)).payload
    id = new_id(MembershipRequest.prefix, api.clock())
    async with api.store.write() as session:
        session.add(
            MembershipRequest(
                id=id,
                organization_id=acme.id,
                user_id=guest.id,
                created_at=api.clock(),
                updated_at=api.clock(),
            )
        )
    input = {"organizationId": acme.id, "membershipRequestId": id, "role": "org:guest"}
    return "acceptMembershipRequest", input


OF_OTHERS: dict[str, Call] = {
    "nothing": change_nothing,
    "another role": give_another_role,
    "removal": remove,
    "request": accept_request,
}


async def leave(api: Api, acme: Acme, viewer: Caller) -> tuple[str, JSON]:
    return "leaveOrganization", {"organizationId": acme.id}


async def accept(api: Api, acme: Acme, viewer: Caller) -> tuple[str, JSON]:
    assert (await api.mutate("leaveOrganization", {"organizationId": acme.id}, by=viewer)).payload
    input = {"organizationId": acme.id, "emailAddress": viewer.email, "role": "org:guest"}
    invited = await api.mutate("createInvitation", input, "invitation { id }", by=SERVICE)
    return "acceptInvitation", {"invitationId": invited.payload["invitation"]["id"]}


async def found(api: Api, acme: Acme, viewer: Caller) -> tuple[str, JSON]:
    return "createOrganization", {"name": "Mine"}


OWN: dict[str, Call] = {
    "leave": leave,
    "accept": accept,
    "create": found,
    "own role": change_nothing,
}
FOR_SERVICES = {"createMembership", "updateMembershipMetadata"}


@pytest.fixture
async def guest(api: Api, acme: Acme) -> Caller:
    """A member who holds nothing, in an organization where roles that hold nothing can be given."""
    await a_role(api.store, "org:guest")
    await a_role(api.store, "org:other")
    return await a_member(api, acme.id, "guest@example.com", "org:guest")


async def a_manager(api: Api, acme: Acme, *permissions: str) -> Caller:
    await a_role(api.store, "org:hr", *permissions)
    return await a_member(api, acme.id, "hr@example.com", "org:hr")


async def run(api: Api, acme: Acme, call: Call, about: Caller, by: Caller) -> Answer:
    field, input = await call(api, acme, about)
    return await api.mutate(field, input, SELECTION, by=by)


def test_every_mutation_that_answers_with_a_membership_is_tried() -> None:
    mutations = build_schema(sdl(get_schema())).mutation_type
    assert mutations
    payloads: dict[str, Any] = {
        name: get_named_type(field.type) for name, field in mutations.fields.items()
    }
    answering = {name for name, payload in payloads.items() if "membership" in payload.fields}
    tried = {
        "updateMembership",
        "removeMembership",
        "acceptMembershipRequest",
        "leaveOrganization",
        "acceptInvitation",
        "createOrganization",
    }

    # Of the mutations that answer with an organization only the one that makes it has a membership
    # too.
    assert answering - {
        "updateOrganization",
        "updateOrganizationMetadata",
        "setOrganizationLogo",
        "setOrganizationRoleSet",
    } == (tried | FOR_SERVICES)


@pytest.mark.parametrize("name", OF_OTHERS)
async def test_who_manages_members_without_reading_them_is_not_shown_the_person(
    api: Api, acme: Acme, guest: Caller, name: str
) -> None:
    manager = await a_manager(api, acme, MEMBERSHIPS_MANAGE)

    answer = await run(api, acme, OF_OTHERS[name], guest, manager)

    (payload,) = answer.body["data"].values()
    assert answer.error["extensions"] == REFUSED
    assert answer.error["path"][1:] == ["membership", "user"]
    assert (payload["membership"], payload["userErrors"]) == (None, [])
    assert (payload["cursor"] is None) == (name == "nothing")
    assert "guest@example.com" not in str(answer.body)


@pytest.mark.parametrize("name", OF_OTHERS)
async def test_who_reads_members_too_is_shown_the_person(
    api: Api, acme: Acme, guest: Caller, name: str
) -> None:
    manager = await a_manager(api, acme, MEMBERSHIPS_MANAGE, MEMBERSHIPS_READ)

    for caller in (manager, SERVICE):
        answer = await run(api, acme, OF_OTHERS[name], guest, caller)

        assert answer.payload["membership"]["user"]["identifier"] == "guest@example.com"
        if name == "removal":
            await a_member(api, acme.id, guest, "org:guest")


async def test_the_membership_itself_is_shown_to_who_changed_it(
    api: Api, acme: Acme, guest: Caller
) -> None:
    manager = await a_manager(api, acme, MEMBERSHIPS_MANAGE)
    field, input = await give_another_role(api, acme, guest)

    answer = await api.mutate(field, input, "membership { role { key } }", by=manager)

    assert answer.payload["membership"] == {"role": {"key": "org:other"}}


@pytest.mark.parametrize("name", OWN)
async def test_everybody_is_shown_themselves(api: Api, acme: Acme, name: str) -> None:
    await a_role(api.store, "org:guest")
    by = await a_member(api, acme.id, "hr@example.com", "org:guest")
    if name == "own role":
        await a_role(api.store, "org:hr", MEMBERSHIPS_MANAGE)
        input = {"organizationId": acme.id, "userId": by.id, "role": "org:hr"}
        assert (await api.mutate("updateMembership", input, by=SERVICE)).payload

    answer = await run(api, acme, OWN[name], by, by)

    assert answer.payload["membership"]["user"]["identifier"] == "hr@example.com"


# ------------------------------------------------------------------------------------ other objects


async def test_an_organization_that_is_changed_hides_its_creator_as_ever(
    api: Api, acme: Acme
) -> None:
    manager = await a_manager(api, acme, "org:sys_profile:manage")
    input: dict[str, Any] = {"organizationId": acme.id, "name": "Acme Ltd"}

    answer = await api.mutate(
        "updateOrganization", input, "organization { name createdBy { id } }", by=manager
    )

    assert answer.payload["organization"] == {"name": "Acme Ltd", "createdBy": None}


async def test_an_invitation_shows_no_person_to_who_only_answers_it(api: Api, acme: Acme) -> None:
    invited = await an_invitation(api, acme)
    selection = "invitation { inviter { id } acceptedBy { id } organization { createdBy { id } } }"

    answer = await api.mutate(
        "acceptInvitation", {"invitationId": invited.invitation_id}, selection, by=invited.outsider
    )

    shown = answer.payload["invitation"]
    assert (shown["inviter"], shown["acceptedBy"]) == (None, {"id": invited.outsider.id})
    assert shown["organization"] == {"createdBy": {"id": acme.admin.id}}
