"""The objects of the Backend API, each as the clients of the original expect it."""

from asyncio import gather
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from models.base import JSONObject, to_milliseconds
from models.errors.request import DeletedMeanwhile
from models.invitations import Invitation, InvitationStatus, get_status
from models.keys.scopes import KeyScope
from models.memberships import Membership
from models.organizations import Organization
from models.users import User
from resolvers.invitations.tickets import TicketKind, make_accept_url
from resolvers.queries.batching import BatchLoader
from schema.foundation.context import Context
from server.http.backend.foundation.endpoints import Call

RowT = TypeVar("RowT")


def to_time(moment: datetime | None) -> int | None:
    return None if moment is None else to_milliseconds(moment)


async def load_by_id(loader: BatchLoader[str, RowT | None], ids: set[str]) -> Mapping[str, RowT]:
    """Loads rows that others refer to; raises DeletedMeanwhile."""
    rows = await loader.load_many(list(ids))
    found = {id: row for id, row in zip(ids, rows, strict=True) if row is not None}
    if len(found) < len(ids):
        raise DeletedMeanwhile
    return found


def show_private_metadata(context: Context, metadata: JSONObject) -> JSONObject:
    """Shows private metadata to keys with the scope."""
    is_shown = context.try_scope(KeyScope.PRIVATE_METADATA_READ)
    return {"private_metadata": metadata if is_shown else None}


# ----------------------------------------------------------------------------------- organizations


async def show_organizations(call: Call, rows: Sequence[Organization]) -> list[JSONObject]:
    loaders = call.context.loaders
    limits, role_sets = await gather(
        loaders.load_seat_limits({row.id: row.max_allowed_memberships for row in rows}),
        load_by_id(loaders.role_sets, {row.role_set_id for row in rows}),
    )
    return [
        {
            "object": "organization",
            **show_public_organization(call.context, row),
            "max_allowed_memberships": limit.limit,
            "admin_delete_enabled": row.admin_delete_enabled,
            "public_metadata": row.public_metadata,
            **show_private_metadata(call.context, row.private_metadata),
            "created_by": row.created_by_id,
            "last_active_at": None,
            "role_set_key": role_sets[row.role_set_id].key,
            "created_at": to_time(row.created_at),
            "updated_at": to_time(row.updated_at),
        }
        for row, limit in zip(rows, limits, strict=True)
    ]


def show_public_organization(context: Context, row: Organization) -> JSONObject:
    return {
        "id": row.id,
        "name": row.name,
        "slug": context.visible_slug(row.slug),
        "image_url": row.image_url or context.default_image_url(row.id),
        "has_image": row.image_url is not None,
    }


# ------------------------------------------------------------------------------------- memberships


async def show_memberships(call: Call, rows: Sequence[Membership]) -> list[JSONObject]:
    loaders = call.context.loaders
    organizations, users, roles, permissions = await gather(
        load_by_id(loaders.organizations, {row.organization_id for row in rows}),
        load_by_id(loaders.users, {row.user_id for row in rows}),
        load_by_id(loaders.roles, {row.role_id for row in rows}),
        loaders.load_permissions_of_members(rows),
    )
    shown = await show_organizations(call, list(organizations.values()))
    by_id = {organization["id"]: organization for organization in shown}
    return [
        {
            "object": "organization_membership",
            "id": row.id,
            "role": roles[row.role_id].key,
            "role_name": roles[row.role_id].name,
            "permissions": sorted(held),
            "public_metadata": row.public_metadata,
            **show_private_metadata(call.context, row.private_metadata),
            "organization": by_id[row.organization_id],
            "public_user_data": show_public_user(call.context, users[row.user_id]),
            "created_at": to_time(row.created_at),
            "updated_at": to_time(row.updated_at),
        }
        for row, held in zip(rows, permissions, strict=True)
    ]


def show_public_user(context: Context, user: User) -> JSONObject:
    image_url = user.image_url or context.default_image_url(user.id)
    return {
        "user_id": user.id,
        "identifier": user.identifier,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "image_url": image_url,
        "profile_image_url": image_url,
        "has_image": user.image_url is not None,
        "username": None,
        "banned": False,
        "deprovisioned": False,
    }


# ------------------------------------------------------------------------------------- invitations


async def show_invitations(call: Call, rows: Sequence[Invitation]) -> list[JSONObject]:
    loaders, context = call.context.loaders, call.context
    organizations, roles, inviters = await gather(
        load_by_id(loaders.organizations, {row.organization_id for row in rows}),
        load_by_id(loaders.roles_ever, {row.role_id for row in rows}),
        load_by_id(loaders.users, {row.inviter_id for row in rows if row.inviter_id}),
    )
    return [
        {
            "object": "organization_invitation",
            "id": row.id,
            "email_address": row.email_address,
            "role": roles[row.role_id].key,
            "role_name": roles[row.role_id].name,
            "organization_id": row.organization_id,
            "public_organization_data": show_public_organization(
                context, organizations[row.organization_id]
            ),
            "inviter_id": row.inviter_id,
            "public_inviter_data": row.inviter_id
            and show_public_user(context, inviters[row.inviter_id]),
            **_show_status(context, row),
            "public_metadata": row.public_metadata,
            **show_private_metadata(call.context, row.private_metadata),
            "expires_at": to_time(row.expires_at),
            "created_at": to_time(row.created_at),
            "updated_at": to_time(row.updated_at),
        }
        for row in rows
    ]


def _show_status(context: Context, row: Invitation) -> JSONObject:
    """Shows the status, and the shareable link as long as it can be used."""
    server = context.server
    status = get_status(row.status, row.expires_at, server.clock())
    is_pending = status is InvitationStatus.PENDING
    is_declined = status is InvitationStatus.DECLINED
    return {
        # The original has no status for declined invitations.
        "status": (InvitationStatus.REVOKED if is_declined else status).value,
        "url": make_accept_url(server, TicketKind.LINK, row.id, row.nonce) if is_pending else None,
    }


def show_deleted(kind: str, id: str, **values: Any) -> JSONObject:
    return {"object": kind, "id": id, **values, "deleted": True}
