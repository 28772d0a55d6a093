"""Webhook endpoints: the operator creates, changes, and deletes them, and replays deliveries.

None of this is an event: the log records what happens to organizations (docs/rules.md, Events).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, update
from sqlmodel import col, select

from models.errors.collector import ErrorCollector
from models.errors.input import (
    ParameterMissing,
    QuotaExceeded,
    ResourceNotFound,
    ValueInvalid,
    WebhookEndpointDisabled,
)
from models.keys.encryption import encrypt, is_readable
from models.keys.scopes import KeyScope
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
from resolvers.events.event_log import select_newest_cursor
from resolvers.foundation.changes import apply_changes
from resolvers.foundation.locks import is_on_postgresql, take_advisory_lock
from resolvers.foundation.transaction import Transaction

ENDPOINTS_LOCK = 7_236_005


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    url: str
    description: str | None = None
    types: Collection[str] | None = None


def _check(
    faults: ErrorCollector, given: dict[str, Any], targets: WebhookTargets
) -> dict[str, Any]:
    """Returns the given values as they are stored; `faults` collects what is wrong with them."""
    values = dict(given)
    if "url" in given:
        with faults.at("url"):
            values["url"] = targets.check_url(given["url"])
    if "description" in given:
        with faults.at("description"):
            values["description"] = check_description(given["description"])
    if "types" in given:
        with faults.at("types"):
            values["types"] = check_types(given["types"])
    return values


def _ensure_readable_by(tx: Transaction) -> None:
    """Ensures that a narrowed secret key can read what an endpoint is sent (rule 88)."""
    tx.use_scope(KeyScope.EVENTS_READ)
    tx.use_scope(KeyScope.PRIVATE_METADATA_READ)


async def create_endpoint(tx: Transaction, new: NewEndpoint) -> WebhookEndpoint:
    """Creates an endpoint, which is sent the events from now on.

    Raises every fault of the input at once, or QuotaExceeded.
    """
    _ensure_readable_by(tx)
    await take_advisory_lock(tx.session, ENDPOINTS_LOCK)
    faults = ErrorCollector()
    given = {"url": new.url, "description": new.description, "types": new.types}
    values = _check(faults, given, tx.server.webhook_targets)
    faults.raise_if_any()
    number = (
        await tx.session.execute(select(func.count()).select_from(WebhookEndpoint))
    ).scalar_one()
    if number >= MAXIMUM_ENDPOINTS:
        raise QuotaExceeded(
            f"An instance can have at most {MAXIMUM_ENDPOINTS} webhook endpoints.",
            limit=MAXIMUM_ENDPOINTS,
        )
    # A transaction that isn't committed yet gets a larger cursor than any that can be read here.
    newest_cursor = select(select_newest_cursor(is_postgresql=is_on_postgresql(tx.session)))
    endpoint = WebhookEndpoint(
        id=tx.new_id(WebhookEndpoint.prefix),
        created_at=tx.now,
        updated_at=tx.now,
        secret=encrypt(tx.server.webhook_cipher, generate_secret()),
        cursor=(await tx.session.execute(newest_cursor)).scalar_one(),
        **values,
    )
    tx.session.add(endpoint)
    return endpoint


async def _lock_endpoint(tx: Transaction, endpoint_id: str) -> WebhookEndpoint:
    """Loads the endpoint, locked until the end of the transaction; raises ResourceNotFound."""
    statement = (
        select(WebhookEndpoint).where(col(WebhookEndpoint.id) == endpoint_id).with_for_update()
    )
    endpoint = (await tx.session.execute(statement)).scalar_one_or_none()
    if endpoint is None:
        raise ResourceNotFound("The webhook endpoint doesn't exist.", at="webhook_endpoint_id")
    return endpoint


# ------------------------------------------------------------------------------------------- update


async def update_endpoint(
    tx: Transaction, *, endpoint_id: str, given: dict[str, Any]
) -> WebhookEndpoint:
    """Changes what is given; raises ResourceNotFound, or every fault of the input at once."""
    _ensure_readable_by(tx)
    endpoint = await _lock_endpoint(tx, endpoint_id)
    faults = ErrorCollector()
    values = _check(faults, faults.reject_nulls(given, "url", "enabled"), tx.server.webhook_targets)
    faults.raise_if_any()
    changes = apply_changes(endpoint, values)
    if changes:
        endpoint.updated_at = tx.now
    if "enabled" not in changes:
        return endpoint
    if not endpoint.enabled:
        endpoint.disabled_reason = DISABLED_BY_HAND
        return endpoint
    # It is sent the deliveries that wait, and then the events since it was disabled: its cursor
    # stayed where it was.
    endpoint.disabled_reason = endpoint.failing_since = None
    waiting = update(WebhookDelivery).where(
        col(WebhookDelivery.endpoint_id) == endpoint.id, col(WebhookDelivery.status) == PENDING
    )
    await tx.session.execute(waiting.values(next_attempt_at=tx.now))
    return endpoint


async def rotate_secret(tx: Transaction, *, endpoint_id: str) -> WebhookEndpoint:
    """Creates a new secret; for a day, the former one also signs. Raises ResourceNotFound.

    A former secret that can't be decrypted is deleted, because deliveries would fail while it had
    to sign.
    """
    endpoint = await _lock_endpoint(tx, endpoint_id)
    endpoint.previous_secret = endpoint.previous_signs_until = None
    if is_readable(tx.server.webhook_cipher, endpoint.secret):
        endpoint.previous_secret = endpoint.secret
        endpoint.previous_signs_until = tx.now + ROTATION_OVERLAP
    endpoint.secret = encrypt(tx.server.webhook_cipher, generate_secret())
    endpoint.updated_at = tx.now
    return endpoint


async def delete_endpoint(tx: Transaction, *, endpoint_id: str) -> str:
    """Deletes an endpoint and its deliveries; raises ResourceNotFound."""
    endpoint = await _lock_endpoint(tx, endpoint_id)
    await tx.session.execute(delete(WebhookEndpoint).where(col(WebhookEndpoint.id) == endpoint.id))
    return endpoint_id


# ------------------------------------------------------------------------------------------- replay


async def replay_deliveries(
    tx: Transaction, *, endpoint_id: str, delivery_id: str | None, failed_since: datetime | None
) -> WebhookEndpoint:
    """Restarts one delivery, or all failed ones that were created since a time.

    Raises ParameterMissing or ValueInvalid unless exactly one of the two is given,
    ResourceNotFound, or WebhookEndpointDisabled.
    """
    endpoint = await _lock_endpoint(tx, endpoint_id)
    if delivery_id is None and failed_since is None:
        raise ParameterMissing(
            "Give deliveryId for one delivery, or failedSince for several.", at="delivery_id"
        )
    if delivery_id is not None and failed_since is not None:
        raise ValueInvalid("Give either deliveryId or failedSince, not both.", at="failed_since")
    if not endpoint.enabled:
        raise WebhookEndpointDisabled(
            "The endpoint is disabled. Enable it first.", at="webhook_endpoint_id"
        )
    is_chosen = col(WebhookDelivery.id) == delivery_id
    if delivery_id is None:
        has_failed = col(WebhookDelivery.status) == DeliveryStatus.FAILED.value
        is_chosen = has_failed & (col(WebhookDelivery.created_at) >= failed_since)
    # A delivery that is being sent keeps its claim, so that nothing is sent twice at once; the
    # replay begins when the attempt has ended.
    restarted = update(WebhookDelivery).where(
        col(WebhookDelivery.endpoint_id) == endpoint.id, is_chosen
    )
    values = {"status": PENDING, "attempts": 0, "next_attempt_at": tx.now, "updated_at": tx.now}
    values["is_replay_due"] = True
    result: Any = await tx.session.execute(restarted.values(values))
    if delivery_id is not None and result.rowcount == 0:
        raise ResourceNotFound("The delivery doesn't exist at this endpoint.", at="delivery_id")
    return endpoint
