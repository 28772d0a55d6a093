"""The instance's settings, changed by its owner while it runs."""

from typing import Any
from urllib.parse import urlsplit

from sqlmodel import col, select

from models.errors import ErrorCollector, FormatInvalid, ValueInvalid
from models.instance import INSTANCE_ID, Instance
from models.organizations import check_limit
from models.validation.text import check_url
from resolvers.transaction import Transaction

LIMITS = ("max_allowed_memberships", "create_organizations_limit")
MAXIMUM_ORIGINS = 100


def _origin(text: str, schemes: frozenset[str]) -> str:
    parts = urlsplit(check_url(text, schemes=schemes))
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise FormatInvalid(f"{text[:80]!r} is not an origin: give scheme, host and port only.")
    return f"{parts.scheme}://{parts.netloc}".lower()


def _origins(texts: list[str], schemes: frozenset[str]) -> list[str]:
    if len(texts) > MAXIMUM_ORIGINS:
        raise ValueInvalid(
            f"There can be {MAXIMUM_ORIGINS} origins at most.", limit=MAXIMUM_ORIGINS
        )
    return sorted({_origin(text, schemes) for text in texts})


def _days(days: int) -> int:
    if not 1 <= days <= 365:
        raise ValueInvalid("An invitation lives 1 to 365 days.")
    return days


async def update_instance(
    tx: Transaction, *, given: dict[str, Any], schemes: frozenset[str]
) -> Instance:
    """Changes the settings that are given; raises every fault of the input at once."""
    statement = select(Instance).where(col(Instance.id) == INSTANCE_ID).with_for_update()
    instance = (await tx.session.execute(statement)).scalar_one()
    faults = ErrorCollector()
    new = faults.reject_nulls(given, *(set(given) - {"invitation_url"}))
    for name in LIMITS:
        with faults.at(name):
            check_limit(new.get(name, 0), "A limit")
    with faults.at("invitation_expires_in_days"):
        _days(new.get("invitation_expires_in_days", 1))
    if given.get("invitation_url") is not None:
        with faults.at("invitation_url"):
            check_url(given["invitation_url"], schemes=schemes)
    if "allowed_redirect_origins" in new:
        with faults.at("allowed_redirect_origins"):
            new["allowed_redirect_origins"] = _origins(new["allowed_redirect_origins"], schemes)
    faults.raise_if_any()
    for name, value in new.items():
        setattr(instance, name, value)
    return instance
