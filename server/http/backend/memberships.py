"""Memberships of the Backend API."""

from functools import partial

from models.base import JSONObject
from models.keys.scopes import KeyScope
from models.memberships import Membership
from models.validation.addresses import normalize_valid
from resolvers.foundation.metadata import Metadata as MetadataChange
from resolvers.lists.specs import ListSpec, Selection
from resolvers.members import create, remove, update
from resolvers.members.lists import (
    ALL_MEMBERSHIPS,
    MEMBERSHIPS_OF_ORGANIZATION,
    MembershipFilter,
    make_pattern,
)
from resolvers.members.validation import NewMember
from server.http.backend.foundation.endpoints import Call, Endpoint
from server.http.backend.foundation.ids import (
    find_organization,
    find_organization_id,
    find_user_id,
    find_user_ids,
)
from server.http.backend.foundation.lists import SortedPage, answer_list, split_signed
from server.http.backend.foundation.parameters import (
    Body,
    Metadata,
    MetadataChanges,
    Moment,
    NoBody,
    Search,
    Texts,
)
from server.http.backend.foundation.shapes import show_memberships
from server.http.backend.organizations import ONE as ORGANIZATION

READ, WRITE = KeyScope.MEMBERSHIPS_READ, KeyScope.MEMBERSHIPS_WRITE


class MembershipsQuery(SortedPage):
    query: Search | None = None
    user_id: Texts = ()
    role: Texts = ()
    email_address: Texts = ()
    email_address_query: Search | None = None
    name_query: Search | None = None
    created_at_after: Moment | None = None
    created_at_before: Moment | None = None
    # Users here have none of these, so that nobody has a given one.
    phone_number: Texts = ()
    username: Texts = ()
    web3_wallet: Texts = ()
    phone_number_query: Search | None = None
    username_query: Search | None = None

    @property
    def matches_nobody(self) -> bool:
        names = self.phone_number or self.username or self.web3_wallet
        return bool(names or self.phone_number_query or self.username_query)


class NewMembership(Body):
    user_id: str
    role: str
    public_metadata: Metadata = None
    private_metadata: Metadata = None


class MembershipChanges(Body):
    role: str


async def _make_filter(call: Call, query: MembershipsQuery) -> MembershipFilter:
    user_ids, other_user_ids = split_signed(query.user_id)
    addresses, names = query.email_address_query, query.name_query
    return MembershipFilter(
        roles=query.role or None,
        within=call.context.organization_ids,
        user_ids=() if query.matches_nobody else await find_user_ids(call, user_ids),
        other_user_ids=await find_user_ids(call, other_user_ids),
        address_pattern=make_pattern(addresses) if addresses else None,
        name_pattern=make_pattern(names) if names else None,
        address_keys=normalize_valid(query.email_address) if query.email_address else None,
        created_after=query.created_at_after,
        created_before=query.created_at_before,
    )


async def _list(
    call: Call, query: MembershipsQuery, spec: ListSpec[Membership], parent: str = ""
) -> JSONObject:
    selection = Selection(spec, await _make_filter(call, query), query.query or None)
    return await answer_list(call, selection, query, show_memberships, parent=parent)


async def list_memberships(call: Call, query: MembershipsQuery) -> JSONObject:
    organization = await find_organization(call)
    return await _list(call, query, MEMBERSHIPS_OF_ORGANIZATION, organization.id)


async def list_all_memberships(call: Call, query: MembershipsQuery) -> JSONObject:
    return await _list(call, query, ALL_MEMBERSHIPS)


async def _show(call: Call, row: Membership) -> JSONObject:
    (shown,) = await show_memberships(call, [row])
    return shown


async def create_membership(call: Call, body: NewMembership) -> JSONObject:
    metadata = MetadataChange(body.public_metadata, body.private_metadata)
    new = NewMember(await find_user_id(call, body.user_id), body.role, metadata)
    change = partial(
        create.create_membership, organization_id=await find_organization_id(call), new=new
    )
    return await _show(call, await call.change(change))


async def update_membership(call: Call, body: MembershipChanges) -> JSONObject:
    change = partial(
        update.update_membership,
        organization_id=await find_organization_id(call),
        user_id=await find_user_id(call, call.path["user_id"]),
        role=body.role,
    )
    return await _show(call, await call.change(change))


async def merge_metadata(call: Call, body: MetadataChanges) -> JSONObject:
    change = partial(
        update.update_membership_metadata,
        organization_id=await find_organization_id(call),
        user_id=await find_user_id(call, call.path["user_id"]),
        merge=True,
        metadata=MetadataChange(body.public_metadata, body.private_metadata),
    )
    return await _show(call, await call.change(change))


async def delete_membership(call: Call, body: NoBody) -> JSONObject:
    """Returns the membership as it was, without the mark of a deleted object."""
    change = partial(
        remove.remove_membership,
        organization_id=await find_organization_id(call),
        user_id=await find_user_id(call, call.path["user_id"]),
    )
    return await _show(call, await call.change(change))


LIST = f"{ORGANIZATION}/memberships"
ONE = f"{LIST}/{{user_id}}"
ALL = "/v1/organization_memberships"
ENDPOINTS = [
    Endpoint("GET", LIST, READ, list_memberships, MembershipsQuery),
    Endpoint("POST", LIST, WRITE, create_membership, NewMembership),
    Endpoint("PATCH", ONE, WRITE, update_membership, MembershipChanges),
    Endpoint("DELETE", ONE, WRITE, delete_membership, NoBody),
    Endpoint("PATCH", f"{ONE}/metadata", WRITE, merge_metadata, MetadataChanges),
    Endpoint("GET", ALL, READ, list_all_memberships, MembershipsQuery),
]
