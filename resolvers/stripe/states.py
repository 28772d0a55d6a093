"""What a subscription of Stripe says, without I/O (rule 50)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from models.base import JSONObject
from models.plans import LARGEST_SEATS, SubscriptionStatus
from models.stripe import OVER

ORGANIZATION_KEY = "tenantry_organization_id"
STATUSES = {
    "trialing": SubscriptionStatus.TRIALING,
    "active": SubscriptionStatus.ACTIVE,
    "past_due": SubscriptionStatus.PAST_DUE,
    "incomplete": SubscriptionStatus.INCOMPLETE,
    **dict.fromkeys(OVER, SubscriptionStatus.ENDED),
}


class Unreadable(Exception):
    """The object isn't a subscription as Stripe describes it."""


@dataclass(frozen=True, slots=True)
class Item:
    """A price that is subscribed to, and how many times."""

    price: str
    quantity: int | None


@dataclass(frozen=True, slots=True)
class StripeState:
    """The part of a subscription that plans depend on."""

    id: str
    customer_id: str
    is_live: bool
    created: int
    status: SubscriptionStatus
    period_ends_at: datetime | None
    items: tuple[Item, ...]
    # What the metadata of the subscription name; those of the customer don't count.
    organization_id: str | None

    @property
    def is_over(self) -> bool:
        return self.status is SubscriptionStatus.ENDED


def parse_state(data: JSONObject) -> StripeState:
    """Parses a subscription as the API and events of Stripe contain it; raises Unreadable."""
    try:
        status, ends_at = STATUSES[data["status"]], _find_period_end(data)
        is_canceled = data.get("cancel_at_period_end") is True or data.get("cancel_at") is not None
        if status is SubscriptionStatus.ACTIVE and is_canceled and ends_at is not None:
            status = SubscriptionStatus.CANCELED
        metadata: Any = data.get("metadata") or {}
        organization_id: Any = metadata.get(ORGANIZATION_KEY)
        return StripeState(
            id=_to_id(data),
            customer_id=_to_id(data["customer"]),
            is_live=data["livemode"] is True,
            created=int(data["created"]),
            status=status,
            period_ends_at=datetime.fromtimestamp(ends_at, UTC) if ends_at is not None else None,
            items=tuple(_parse_item(item) for item in data["items"]["data"]),
            organization_id=organization_id if isinstance(organization_id, str) else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}"[:200]) from error


def _to_id(value: Any) -> str:
    """Returns the ID of an object, which can be given by its ID alone."""
    id = value if isinstance(value, str) else value["id"]
    if not isinstance(id, str) or not 0 < len(id) <= 255 or not id.isprintable():
        raise ValueError("an ID is malformed")
    return id


def _find_period_end(data: JSONObject) -> int | None:
    """Finds when the subscription or its period ends; newer versions have periods in each item."""
    ends = [data.get("cancel_at"), data.get("current_period_end")]
    ends += [item.get("current_period_end") for item in data["items"]["data"]]
    return next((int(end) for end in ends if end is not None), None)


def _parse_item(item: JSONObject) -> Item:
    """Parses an item; a metered price has no quantity."""
    quantity = cast("int | None", item.get("quantity"))
    if quantity is not None:
        # No plan has fewer seats than one.
        quantity = min(max(1, int(quantity)), LARGEST_SEATS)
    return Item(_to_id(item["price"]), quantity)


def find_subscription_id(object: Any) -> str | None:
    """Finds the subscription that an event's object is, or belongs to; None for any other."""
    if not isinstance(object, dict):
        return None
    data = cast(JSONObject, object)
    parent: Any = data.get("parent") or {}
    found: Any = data if data.get("object") == "subscription" else data.get("subscription")
    try:
        # Newer versions of the API have the subscription of an invoice in its parent.
        return _to_id(found or parent["subscription_details"]["subscription"])
    except (KeyError, TypeError, ValueError):
        return None
