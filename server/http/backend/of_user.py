"""What belongs to a user: memberships and invitations."""

from models.base import JSONObject
from models.keys.scopes import KeyScope
from resolvers.invitations.lists import INVITATIONS_OF_ADDRESS, InvitationFilter
from resolvers.lists.specs import Selection
from resolvers.members.lists import MEMBERSHIPS_OF_USER, select_memberships
from server.http.backend.foundation.endpoints import Call, Endpoint
from server.http.backend.foundation.lists import Page, answer_list
from server.http.backend.foundation.shapes import show_invitations, show_memberships
from server.http.backend.invitations import STATUSES, Status
from server.http.backend.users import ONE, find_user


class InvitationsQuery(Page):
    status: Status | None = None


async def list_memberships(call: Call, query: Page) -> JSONObject:
    user = await find_user(call)
    selection = select_memberships(MEMBERSHIPS_OF_USER, within=call.context.organization_ids)
    return await answer_list(call, selection, query, show_memberships, parent=user.id)


async def list_invitations(call: Call, query: InvitationsQuery) -> JSONObject:
    """Lists the invitations to the user's address, none unless it's verified."""
    user = await find_user(call)
    filter = InvitationFilter(
        call.context.server.clock(),
        tuple(STATUSES[query.status]) if query.status else None,
        within=call.context.organization_ids,
    )
    selection = Selection(INVITATIONS_OF_ADDRESS, filter)
    address = user.address_key if user.email_verified else None
    return await answer_list(call, selection, query, show_invitations, parent=address or "")


ENDPOINTS = [
    Endpoint(
        "GET",
        f"{ONE}/organization_memberships",
        KeyScope.MEMBERSHIPS_READ,
        list_memberships,
        Page,
    ),
    Endpoint(
        "GET",
        f"{ONE}/organization_invitations",
        KeyScope.INVITATIONS_READ,
        list_invitations,
        InvitationsQuery,
    ),
]
