"""Users of the Backend API, who sign in at an identity provider: without passwords and phones."""

from collections.abc import Sequence
from functools import partial
from typing import Literal

from pydantic import Field

from models.base import JSONObject
from models.errors.input import ParameterMissing, ResourceNotFound
from models.keys.scopes import KeyScope
from models.users import User
from models.validation.addresses import normalize_valid
from resolvers.foundation.metadata import Metadata as MetadataChange
from resolvers.lists.specs import Selection
from resolvers.queries.users import USERS, UserFilter
from resolvers.users import create, manage
from server.http.backend.foundation.endpoints import Call, Endpoint
from server.http.backend.foundation.ids import find_organization_ids, find_user_id, find_user_ids
from server.http.backend.foundation.lists import SortedPage, load_rows, split_signed
from server.http.backend.foundation.parameters import (
    Body,
    Metadata,
    MetadataChanges,
    Moment,
    NoBody,
    NoQuery,
    Query,
    Search,
    Texts,
)
from server.http.backend.foundation.renames import renamed
from server.http.backend.foundation.shapes import show_deleted, show_private_metadata, to_time

READ, WRITE = KeyScope.USERS_READ, KeyScope.USERS_WRITE


class UsersFilter(Query):
    query: Search | None = None
    email_address: Texts = ()
    user_id: Texts = ()
    external_id: Texts = ()
    organization_id: Texts = ()
    created_at_after: Moment | None = None
    created_at_before: Moment | None = None
    # Nobody has these here.
    phone_number: Texts = ()
    username: Texts = ()
    web3_wallet: Texts = ()


class UsersQuery(SortedPage, UsersFilter):
    pass


class NewUser(Body):
    email_address: list[str] = Field(default_factory=list[str], max_length=1)
    email_address_identification_status: list[Literal["verified", "reserved"]] = Field(
        default_factory=list[Literal["verified", "reserved"]], max_length=1
    )
    external_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    public_metadata: Metadata = None
    private_metadata: Metadata = None
    # These checks don't exist here, so none has to be skipped.
    skip_password_requirement: bool | None = None
    skip_password_checks: bool | None = None
    skip_legal_checks: bool | None = None


class UserChanges(Body):
    first_name: str | None = None
    last_name: str | None = None
    create_organization_enabled: bool | None = None
    create_organizations_limit: int | None = None
    # Older clients replace metadata here.
    public_metadata: Metadata = None
    private_metadata: Metadata = None


class NewAddress(Body):
    email_address: str


# ------------------------------------------------------------------------------------------ shapes


def _show_address(row: User) -> JSONObject:
    """Shows the only address of a user; its ID is derived from that of the user."""
    verification: JSONObject = {
        "object": "verification_admin",
        "id": f"ver_{row.id.partition('_')[2]}",
        "status": "verified" if row.email_verified else "unverified",
        "strategy": "admin",
        "attempts": None,
        "expire_at": None,
    }
    return {
        "object": "email_address",
        "id": f"idn_{row.id.partition('_')[2]}",
        "email_address": row.email_address,
        "verification": verification,
        "linked_to": [],
    }


def _show_user(call: Call, row: User) -> JSONObject:
    context = call.context
    addresses = [] if row.email_address is None else [_show_address(row)]
    enabled = row.create_organization_enabled
    return {
        "object": "user",
        "id": row.id,
        "external_id": row.external_id,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "image_url": row.image_url or context.default_image_url(row.id),
        "has_image": row.image_url is not None,
        "primary_email_address_id": addresses[0]["id"] if addresses else None,
        "email_addresses": addresses,
        "public_metadata": row.public_metadata,
        **show_private_metadata(context, row.private_metadata),
        "create_organization_enabled": context.instance.create_organization_enabled
        if enabled is None
        else enabled,
        "create_organizations_limit": row.create_organizations_limit,
        **UNUSED,
        "created_at": to_time(row.created_at),
        "updated_at": to_time(row.updated_at),
    }


# What users don't have here.
UNUSED: JSONObject = {
    "username": None,
    "primary_phone_number_id": None,
    "primary_web3_wallet_id": None,
    "phone_numbers": [],
    "web3_wallets": [],
    "external_accounts": [],
    "enterprise_accounts": [],
    "organization_memberships": None,
    "unsafe_metadata": {},
    "password_enabled": False,
    "password_last_updated_at": None,
    "totp_enabled": False,
    "backup_code_enabled": False,
    "two_factor_enabled": False,
    "banned": False,
    "locked": False,
    "lockout_expires_in_seconds": None,
    "verification_attempts_remaining": None,
    "deprovisioned": False,
    "delete_self_enabled": False,
    "legal_accepted_at": None,
    "locale": None,
    "timezone": None,
    "last_sign_in_at": None,
    "last_active_at": None,
}


# ------------------------------------------------------------------------------------------- reads


async def _select(call: Call, query: UsersFilter) -> Selection[User]:
    ids, other_ids = split_signed(query.user_id)
    organization_ids = await find_organization_ids(call, query.organization_id or None)
    if organization_ids is not None:
        # Otherwise, a key for certain organizations learns who is a member of others as well.
        organization_ids = tuple(id for id in organization_ids if call.context.reaches(id))
    addresses = normalize_valid(query.email_address) if query.email_address else None
    is_nobody = query.phone_number or query.username or query.web3_wallet
    filter = UserFilter(
        address_keys=addresses,
        external_ids=query.external_id or None,
        within=call.context.organization_ids,
        ids=() if is_nobody else await find_user_ids(call, ids),
        other_than=await find_user_ids(call, other_ids),
        organization_ids=organization_ids,
        created_after=query.created_at_after,
        created_before=query.created_at_before,
    )
    return Selection(USERS, filter, query.query)


async def list_users(call: Call, query: UsersQuery) -> Sequence[JSONObject]:
    """Lists users as the original does: without the total, which clients request separately."""
    rows = await load_rows(call, await _select(call, query), query)
    return [_show_user(call, row) for row in rows]


async def count_users(call: Call, query: UsersFilter) -> JSONObject:
    selection = await _select(call, query)
    count = await call.context.loaders.counts[selection].load("")
    return {"object": "total_count", "total_count": count}


async def find_user(call: Call) -> User:
    """Finds the user of the path; raises ResourceNotFound."""
    id, context = await find_user_id(call, call.path["user_id"]), call.context
    row = await context.loaders.users.load(id)
    within = context.organization_ids
    if row and within is not None:
        memberships = await context.loaders.memberships.load_many([(one, id) for one in within])
        row = row if any(memberships) else None
    if row is None:
        raise ResourceNotFound("The user doesn't exist.", at="user_id")
    return row


async def get_user(call: Call, query: NoQuery) -> JSONObject:
    return _show_user(call, await find_user(call))


# ------------------------------------------------------------------------------------------ writes


async def create_user(call: Call, body: NewUser) -> JSONObject:
    if not body.email_address:
        raise ParameterMissing("A user needs an email address.", at="email_address")
    new = create.NewUser(
        email_address=body.email_address[0],
        email_verified="reserved" not in body.email_address_identification_status,
        external_id=body.external_id,
        first_name=body.first_name,
        last_name=body.last_name,
        public_metadata=body.public_metadata,
        private_metadata=body.private_metadata,
    )
    # An external ID is the subject at an identity provider, which must be certain.
    with renamed(issuer="external_id"):
        return _show_user(call, await call.change(partial(create.create_user, new=new)))


async def _update(call: Call, given: JSONObject) -> User:
    id = await find_user_id(call, call.path["user_id"])
    return await call.change(partial(manage.update_user, user_id=id, given=given))


async def update_user(call: Call, body: UserChanges) -> JSONObject:
    return _show_user(call, await _update(call, body.get_given(*UserChanges.model_fields)))


async def merge_metadata(call: Call, body: MetadataChanges) -> JSONObject:
    merge = partial(
        manage.merge_user_metadata,
        user_id=await find_user_id(call, call.path["user_id"]),
        given=MetadataChange(body.public_metadata, body.private_metadata),
    )
    return _show_user(call, await call.change(merge))


async def replace_metadata(call: Call, body: MetadataChanges) -> JSONObject:
    return _show_user(call, await _update(call, body.get_given(*MetadataChanges.model_fields)))


async def replace_address(call: Call, body: NewAddress) -> JSONObject:
    """Replaces the address by a verified one, as the original does."""
    given = {"email_address": body.email_address, "email_verified": True}
    return _show_address(await _update(call, given))


async def delete_user(call: Call, body: NoBody) -> JSONObject:
    id = await find_user_id(call, call.path["user_id"])
    await call.change(partial(manage.delete_user, user_id=id))
    return show_deleted("user", id)


LIST = "/v1/users"
ONE = f"{LIST}/{{user_id}}"
ENDPOINTS = [
    Endpoint("GET", LIST, READ, list_users, UsersQuery),
    Endpoint("POST", LIST, WRITE, create_user, NewUser),
    # Before the endpoint of one user, because no user has this ID.
    Endpoint("GET", f"{LIST}/count", READ, count_users, UsersFilter),
    Endpoint("GET", ONE, READ, get_user, NoQuery),
    Endpoint("PATCH", ONE, WRITE, update_user, UserChanges),
    Endpoint("DELETE", ONE, WRITE, delete_user, NoBody),
    Endpoint("PATCH", f"{ONE}/metadata", WRITE, merge_metadata, MetadataChanges),
    Endpoint("PUT", f"{ONE}/metadata", WRITE, replace_metadata, MetadataChanges),
    Endpoint("PUT", f"{ONE}/email_address", WRITE, replace_address, NewAddress),
]
