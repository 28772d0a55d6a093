"""Organizations of the Backend API."""

from collections.abc import Sequence
from functools import partial

from models.base import JSONObject
from models.keys.scopes import KeyScope
from models.organizations import Organization
from resolvers.foundation.metadata import Metadata as MetadataChange
from resolvers.foundation.transaction import Transaction
from resolvers.lists.specs import Selection
from resolvers.organizations import create, manage
from resolvers.queries.organizations import ORGANIZATIONS, OrganizationFilter
from resolvers.role_model.replace import set_organization_role_set
from server.http.backend.foundation.endpoints import Call, Endpoint
from server.http.backend.foundation.ids import (
    find_organization,
    find_organization_id,
    find_organization_ids,
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
    Query,
    Search,
    Texts,
)
from server.http.backend.foundation.shapes import show_deleted, show_organizations

READ, WRITE = KeyScope.ORGANIZATIONS_READ, KeyScope.ORGANIZATIONS_WRITE


class Extras(Query):
    """What organizations show only if it's asked for."""

    include_members_count: bool = False
    include_missing_member_with_elevated_permissions: bool = False


class OrganizationsQuery(SortedPage, Extras):
    query: Search | None = None
    user_id: Texts = ()
    organization_id: Texts = ()


class NewOrganization(Body):
    name: str
    slug: str | None = None
    created_by: str | None = None
    max_allowed_memberships: int | None = None
    public_metadata: Metadata = None
    private_metadata: Metadata = None
    role_set_key: str | None = None
    created_at: Moment | None = None


class OrganizationChanges(Body):
    name: str | None = None
    slug: str | None = None
    max_allowed_memberships: int | None = None
    admin_delete_enabled: bool | None = None
    role_set_key: str | None = None
    # Older clients replace metadata here.
    public_metadata: Metadata = None
    private_metadata: Metadata = None


async def _show(call: Call, row: Organization) -> JSONObject:
    (shown,) = await show_organizations(call, [row])
    return shown


async def _show_extras(call: Call, shown: Sequence[JSONObject], extras: Extras) -> None:
    """Adds what was asked for, by one statement for each."""
    loaders, ids = call.context.loaders, [organization["id"] for organization in shown]
    if extras.include_members_count:
        counts = await loaders.members_count.load_many(ids)
        for organization, count in zip(shown, counts, strict=True):
            organization["members_count"] = count
    if extras.include_missing_member_with_elevated_permissions:
        managed = await loaders.is_managed.load_many(ids)
        for organization, is_managed in zip(shown, managed, strict=True):
            organization["missing_member_with_elevated_permissions"] = not is_managed


async def list_organizations(call: Call, query: OrganizationsQuery) -> JSONObject:
    users, other_users = split_signed(query.user_id)
    ids, other_ids = split_signed(query.organization_id)
    filter = OrganizationFilter(
        await find_user_ids(call, users),
        call.context.organization_ids,
        await find_user_ids(call, other_users),
        await find_organization_ids(call, ids),
        await find_organization_ids(call, other_ids),
    )
    selection = Selection(ORGANIZATIONS, filter, query.query)
    answer = await answer_list(call, selection, query, show_organizations)
    await _show_extras(call, answer["data"], query)
    return answer


async def create_organization(call: Call, body: NewOrganization) -> JSONObject:
    creator = None if body.created_by is None else await find_user_id(call, body.created_by)
    new = create.NewOrganization(
        name=body.name,
        slug=body.slug,
        public_metadata=body.public_metadata,
        private_metadata=body.private_metadata,
        max_allowed_memberships=body.max_allowed_memberships,
        created_by=creator,
        role_set=body.role_set_key,
        created_at=body.created_at,
    )
    row, _ = await call.change(partial(create.create_organization, new=new))
    return await _show(call, row)


async def get_organization(call: Call, query: Extras) -> JSONObject:
    shown = await _show(call, await find_organization(call, by_slug=True))
    await _show_extras(call, [shown], query)
    return shown


async def update_organization(call: Call, body: OrganizationChanges) -> JSONObject:
    id = await find_organization_id(call)
    given = body.get_given("name", "slug", "max_allowed_memberships", "admin_delete_enabled")
    metadata = MetadataChange(body.public_metadata, body.private_metadata)

    async def update(tx: Transaction) -> Organization:
        # First, because it needs the stronger lock.
        if body.role_set_key is not None:
            await set_organization_role_set(
                tx, organization_id=id, role_set=body.role_set_key, mappings=()
            )
        row = await manage.update_organization(tx, organization_id=id, given=given)
        if metadata == MetadataChange():
            return row
        return await manage.update_organization_metadata(
            tx, organization_id=id, merge=False, metadata=metadata
        )

    return await _show(call, await call.change(update))


async def _update_metadata(call: Call, body: MetadataChanges, *, merge: bool) -> JSONObject:
    change = partial(
        manage.update_organization_metadata,
        organization_id=await find_organization_id(call),
        merge=merge,
        metadata=MetadataChange(body.public_metadata, body.private_metadata),
    )
    return await _show(call, await call.change(change))


async def merge_metadata(call: Call, body: MetadataChanges) -> JSONObject:
    return await _update_metadata(call, body, merge=True)


async def replace_metadata(call: Call, body: MetadataChanges) -> JSONObject:
    return await _update_metadata(call, body, merge=False)


async def delete_organization(call: Call, body: NoBody) -> JSONObject:
    id = await find_organization_id(call)

    async def delete(tx: Transaction) -> Organization:
        organization = await tx.lock_organization(id)
        await manage.delete_organization(tx, organization_id=id)
        return organization

    deleted = await call.change(delete)
    slug = call.context.visible_slug(deleted.slug)
    return show_deleted("organization", deleted.id, slug=slug)


LIST = "/v1/organizations"
ONE = f"{LIST}/{{organization_id}}"
METADATA = f"{ONE}/metadata"
ENDPOINTS = [
    Endpoint("GET", LIST, READ, list_organizations, OrganizationsQuery),
    Endpoint("POST", LIST, WRITE, create_organization, NewOrganization),
    Endpoint("GET", ONE, READ, get_organization, Extras),
    Endpoint("PATCH", ONE, WRITE, update_organization, OrganizationChanges),
    Endpoint("DELETE", ONE, WRITE, delete_organization, NoBody),
    Endpoint("PATCH", METADATA, WRITE, merge_metadata, MetadataChanges),
    Endpoint("PUT", METADATA, WRITE, replace_metadata, MetadataChanges),
]
