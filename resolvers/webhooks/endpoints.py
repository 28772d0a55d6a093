"""Webhook endpoints are made, changed, rotated and deleted
by the instance's owner, and their deliveries replayed.

None of that is an event: the log tells what happens to organizations, not who listens
(docs/rules.md, Events).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, update
from sqlmodel import col, select

from models.errors import (
    ErrorCollector,
    ParameterMissing,
    QuotaExceeded,
    ResourceNotFound,
    ValueInvalid,
    WebhookEndpointDisabled,
)
from models.keys.encryption import encrypt, is_readable
from models.roles import check_description
from models.validation.webhook_targets import WebhookTargets
from models.webhooks import (
    DISABLED_BY_HAND,
    MAXIMUM_ENDPOINTS,
    PENDING,
    ROTATION_OVERLAP,
    DeliveryStatus,
    WebhookDelivery,
    WebhookEndpoint,
    check_types,
    generate_secret,
)
from resolvers.changes import apply_changes
from resolvers.events.event_log import select_newest_cursor
from resolvers.locks import take_advisory_lock
from resolvers.transaction import Transaction

ENDPOINTS_LOCK = 7_236_005


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    url: str
    description: str | None = None
    types: Collection[str] | None = None


def _check(
    faults: ErrorCollector, given: dict[str, Any], targets: WebhookTargets
) -> dict[str, Any]:
    """The values that are given, as they are kept; what is wrong is left to `faults`."""
    new = dict(given)
    if "url" in given:
        with faults.at("url"):
            new["url"] = targets.check_url(given["url"])
    with faults.at("description"):
        check_description(given.get("description"))
    if "types" in given:
        with faults.at("types"):
            new["types"] = check_types(given["types"])
    return new


async def create_endpoint(tx: Transaction, new: NewEndpoint) -> WebhookEndpoint:
    """Makes an endpoint that gets what happens from now on.

    Raises every fault of the input at once, QuotaExceeded.
    """
    await take_advisory_lock(tx.session, ENDPOINTS_LOCK)
    faults = ErrorCollector()
    given = {"url": new.url, "description": new.description, "types": new.types}
    values = _check(faults, given, tx.server.webhook_targets)
    faults.raise_if_any()
    await _ensure_room(tx)
    endpoint = WebhookEndpoint(
        id=tx.new_id(WebhookEndpoint.prefix),
        created_at=tx.now,
        updated_at=tx.now,
        secret=encrypt(tx.server.webhook_cipher, generate_secret()),
        cursor=await _load_cursor(tx),
        **values,
    )
    tx.session.add(endpoint)
    return endpoint


async def _ensure_room(tx: Transaction) -> None:
    number = (
        await tx.session.execute(select(func.count()).select_from(WebhookEndpoint))
    ).scalar_one()
    if number >= MAXIMUM_ENDPOINTS:
        raise QuotaExceeded(
            f"There can be {MAXIMUM_ENDPOINTS} webhook endpoints.", limit=MAXIMUM_ENDPOINTS
        )


async def _load_cursor(tx: Transaction) -> int:
    """Where the log is: a writer that is not committed yet
    gets a larger cursor than any that can be read here.
    """
    connection = await tx.session.connection()
    return (await tx.session.execute(select(select_newest_cursor(connection)))).scalar_one()


async def _lock_endpoint(tx: Transaction, endpoint_id: str) -> WebhookEndpoint:
    """The endpoint, locked until the end; raises ResourceNotFound."""
    statement = (
        select(WebhookEndpoint).where(col(WebhookEndpoint.id) == endpoint_id).with_for_update()
    )
    found = (await tx.session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise ResourceNotFound("There is no such webhook endpoint.", at="webhook_endpoint_id")
    return found


# ------------------------------------------------------------------------------------------- update


async def update_endpoint(
    tx: Transaction, *, endpoint_id: str, given: dict[str, Any]
) -> WebhookEndpoint:
    """Changes what is given; raises ResourceNotFound, then every fault of the input at once."""
    endpoint = await _lock_endpoint(tx, endpoint_id)
    faults = ErrorCollector()
    given = faults.reject_nulls(given, "url", "enabled")
    new = _check(faults, given, tx.server.webhook_targets)
    faults.raise_if_any()
    if changes := apply_changes(endpoint, new):
        endpoint.updated_at = tx.now
    if "enabled" in changes:
        await _switch(tx, endpoint)
    return endpoint


async def _switch(tx: Transaction, endpoint: WebhookEndpoint) -> None:
    """Enabled again, it gets what waited at once, and then
    what happened meanwhile: its cursor stayed where it was.
    """
    if not endpoint.enabled:
        endpoint.disabled_reason = DISABLED_BY_HAND
        return
    endpoint.disabled_reason = endpoint.failing_since = None
    waiting = (col(WebhookDelivery.endpoint_id) == endpoint.id) & (
        col(WebhookDelivery.status) == PENDING
    )
    await tx.session.execute(update(WebhookDelivery).where(waiting).values(next_attempt_at=tx.now))


async def rotate_secret(tx: Transaction, *, endpoint_id: str) -> WebhookEndpoint:
    """A new secret signs from now on, beside the one before for a day; raises ResourceNotFound.

    A secret that can't be decrypted is dropped: deliveries would fail as long as it had to sign.
    """
    endpoint = await _lock_endpoint(tx, endpoint_id)
    endpoint.previous_secret, endpoint.previous_signs_until = (
        endpoint.secret,
        tx.now + ROTATION_OVERLAP,
    )
    if not is_readable(tx.server.webhook_cipher, endpoint.secret):
        endpoint.previous_secret = endpoint.previous_signs_until = None
    endpoint.secret = encrypt(tx.server.webhook_cipher, generate_secret())
    endpoint.updated_at = tx.now
    return endpoint


async def delete_endpoint(tx: Transaction, *, endpoint_id: str) -> str:
    """Deletes the endpoint with its deliveries; raises ResourceNotFound."""
    await tx.session.delete(await _lock_endpoint(tx, endpoint_id))
    return endpoint_id


# ------------------------------------------------------------------------------------------- replay


async def replay_deliveries(
    tx: Transaction, *, endpoint_id: str, delivery_id: str | None, failed_since: datetime | None
) -> WebhookEndpoint:
    """One delivery, or all that failed of those made since then, begin anew.

    Raises ParameterMissing or ValueInvalid unless one of the two is given, ResourceNotFound,
    WebhookEndpointDisabled.
    """
    endpoint = await _lock_endpoint(tx, endpoint_id)
    _ensure_one(delivery_id, failed_since)
    if not endpoint.enabled:
        raise WebhookEndpointDisabled(
            "The endpoint is disabled: enable it first.", at="webhook_endpoint_id"
        )
    own = col(WebhookDelivery.endpoint_id) == endpoint.id
    if delivery_id is None:
        failed = col(WebhookDelivery.status) == DeliveryStatus.FAILED.value
        await _restart(tx, own & failed & (col(WebhookDelivery.created_at) >= failed_since))
    elif await _restart(tx, own & (col(WebhookDelivery.id) == delivery_id)) == 0:
        raise ResourceNotFound("There is no such delivery of this endpoint.", at="delivery_id")
    return endpoint


def _ensure_one(delivery_id: str | None, failed_since: datetime | None) -> None:
    if delivery_id is None and failed_since is None:
        raise ParameterMissing(
            "Give deliveryId for one delivery, or failedSince for many.", at="delivery_id"
        )
    if delivery_id is not None and failed_since is not None:
        raise ValueInvalid("Give deliveryId or failedSince, not both.", at="failed_since")


async def _restart(tx: Transaction, which: Any) -> int:
    """How many it were.

    One that is being sent now keeps its claim: replaying it often sends it no more often.
    """
    values = {"status": PENDING, "attempts": 0, "next_attempt_at": tx.now, "updated_at": tx.now}
    replayed = await tx.session.execute(update(WebhookDelivery).where(which).values(values))
    return replayed.rowcount  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
