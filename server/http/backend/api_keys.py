"""API keys of organizations (rules 90 to 93), under `/api_keys`, which has no version."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from pydantic import Field

from models.base import JSONObject, parse_prefix
from models.errors.input import ResourceNotFound, ValueInvalid
from models.keys.api_keys import ApiKey, find_fault
from models.keys.scopes import KeyScope
from models.users import User
from resolvers.api_keys import manage
from resolvers.api_keys.lists import API_KEYS_OF_ORGANIZATION, ApiKeyFilter
from resolvers.api_keys.sign_in import verify_api_key
from resolvers.authority.plan_gate import filter_by_features
from resolvers.lists.specs import Selection
from server.http.backend.foundation.endpoints import Call, Endpoint
from server.http.backend.foundation.errors import Fault, Rejected
from server.http.backend.foundation.ids import find_organization_id
from server.http.backend.foundation.lists import Page, answer_list
from server.http.backend.foundation.parameters import Body, Metadata, NoQuery
from server.http.backend.foundation.renames import renamed
from server.http.backend.foundation.shapes import to_time

SCOPE = KeyScope.KEYS_MANAGE
DAY_SECONDS = 86_400
Seconds = Annotated[int, Field(ge=1, le=365 * DAY_SECONDS)]
PARAMETERS = {
    "organizationId": "subject",
    "permissions": "scopes",
    "expiresInDays": "seconds_until_expiration",
    "reason": "revocation_reason",
}


class KeysQuery(Page):
    subject: str
    include_invalid: bool = False


class NewKey(Body):
    name: str
    subject: str
    description: str | None = None
    claims: Metadata = None
    # The keys of permissions.
    scopes: list[str] = Field(default_factory=list[str])
    seconds_until_expiration: Seconds | None = None


class KeyChanges(Body):
    subject: str | None = None
    description: str | None = None
    claims: Metadata = None
    scopes: list[str] | None = None
    seconds_until_expiration: Seconds | None = None


class Revocation(Body):
    revocation_reason: str | None = None


class Verification(Body):
    secret: str


async def _find_subject(call: Call, subject: str) -> str:
    if parse_prefix(subject) == User.prefix:
        raise ValueInvalid("API keys belong to organizations, not to users.", at="subject")
    return await find_organization_id(call, subject)


def _to_days(seconds: int | None) -> int | None:
    """Rounds up, because keys expire after a number of days."""
    return None if seconds is None else -(-seconds // DAY_SECONDS)


async def _show_keys(call: Call, rows: Sequence[ApiKey]) -> list[JSONObject]:
    loaders = call.context.loaders
    granted = await loaders.granted_permissions.load_many([row.id for row in rows])
    features = {id: await loaders.load_features(id) for id in {row.organization_id for row in rows}}
    return [
        _show_key(call, row, sorted(filter_by_features(held, features[row.organization_id])))
        for row, held in zip(rows, granted, strict=True)
    ]


def _show_key(call: Call, row: ApiKey, permissions: Sequence[str]) -> JSONObject:
    now = call.context.server.clock()
    return {
        "object": "api_key",
        "id": row.id,
        "type": "api_key",
        "name": row.name,
        "subject": row.organization_id,
        "scopes": permissions,
        "claims": row.claims,
        "revoked": row.revoked_at is not None,
        "revocation_reason": row.revocation_reason,
        "expired": find_fault(None, row.expires_at, now) is not None,
        "expiration": to_time(row.expires_at),
        "created_by": row.created_by_id,
        "description": row.description,
        "last_used_at": to_time(row.last_used_at),
        "created_at": to_time(row.created_at),
        "updated_at": to_time(row.updated_at),
    }


async def _show(call: Call, row: ApiKey) -> JSONObject:
    (shown,) = await _show_keys(call, [row])
    return shown


async def _find_key(call: Call) -> ApiKey:
    """Finds the key of the path; raises ResourceNotFound."""
    row = await call.context.loaders.api_keys.load(call.path["api_key_id"])
    if row is None:
        raise ResourceNotFound("The API key doesn't exist.", at="api_key_id")
    return row


async def list_keys(call: Call, query: KeysQuery) -> JSONObject:
    filter = ApiKeyFilter(None if query.include_invalid else call.context.server.clock())
    selection = Selection(API_KEYS_OF_ORGANIZATION, filter)
    subject = await _find_subject(call, query.subject)
    return await answer_list(call, selection, query, _show_keys, parent=subject)


async def get_key(call: Call, query: NoQuery) -> JSONObject:
    return await _show(call, await _find_key(call))


async def create_key(call: Call, body: NewKey) -> JSONObject:
    """Creates a key, whose secret only this response contains."""
    new = manage.NewApiKey(
        name=body.name,
        permissions=body.scopes,
        description=body.description,
        claims=body.claims,
        expires_in_days=_to_days(body.seconds_until_expiration),
    )
    organization_id = await _find_subject(call, body.subject)
    create = partial(manage.create_api_key, organization_id=organization_id, new=new)
    with renamed(**PARAMETERS):
        row, secret = await call.change(create)
    return {**await _show(call, row), "secret": secret}


async def update_key(call: Call, body: KeyChanges) -> JSONObject:
    key = await _find_key(call)
    if body.subject is not None and await _find_subject(call, body.subject) != key.organization_id:
        raise ValueInvalid("A key can't be given to another organization.", at="subject")
    given = body.get_given("description", "claims")
    given |= {"permissions": body.scopes} if body.scopes is not None else {}
    if "seconds_until_expiration" in body.model_fields_set:
        given["expires_in_days"] = _to_days(body.seconds_until_expiration)
    update = partial(
        manage.update_api_key, organization_id=key.organization_id, key_id=key.id, given=given
    )
    with renamed(**PARAMETERS):
        return await _show(call, await call.change(update))


async def revoke_key(call: Call, body: Revocation) -> JSONObject:
    key = await _find_key(call)
    revoke = partial(
        manage.revoke_api_key,
        organization_id=key.organization_id,
        key_id=key.id,
        reason=body.revocation_reason,
    )
    with renamed(**PARAMETERS):
        return await _show(call, await call.change(revoke))


async def verify_key(call: Call, body: Verification) -> JSONObject:
    """Returns the key that has this secret, or what is wrong with it."""
    server = call.context.server
    row, fault = await call.context.read(lambda store: verify_api_key(server, store, body.secret))
    if row is None:
        code = fault.value if fault else "api_key_not_found"
        raise Rejected(404, Fault(code, "The API key isn't valid.", "secret"))
    return await _show(call, row)


LIST = "/api_keys"
ONE = f"{LIST}/{{api_key_id}}"
ENDPOINTS = [
    Endpoint("GET", LIST, SCOPE, list_keys, KeysQuery),
    Endpoint("POST", LIST, SCOPE, create_key, NewKey),
    Endpoint("POST", f"{LIST}/verify", SCOPE, verify_key, Verification),
    Endpoint("GET", ONE, SCOPE, get_key, NoQuery),
    Endpoint("PATCH", ONE, SCOPE, update_key, KeyChanges),
    Endpoint("POST", f"{ONE}/revoke", SCOPE, revoke_key, Revocation),
]
