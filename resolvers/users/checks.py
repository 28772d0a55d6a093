"""Checks that creating and updating users share."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Any

from sqlmodel import col, select

from models.database.statements import AnySelect, prepared_statement
from models.errors.collector import ErrorCollector
from models.errors.input import IdentifierExists, InputError
from models.users import User, get_domain
from models.validation.addresses import normalize_address
from models.validation.text import check_metadata, check_name, check_url
from resolvers.foundation.locks import lock_texts
from resolvers.foundation.transaction import Transaction


def find_domains(addresses: Sequence[str | None]) -> set[str]:
    """Finds the domains of addresses; what is wrong with an address is reported later."""
    names: set[str | None] = set()
    for address in addresses:
        with suppress(InputError):
            names.add(get_domain(normalize_address(address or "")))
    return {name for name in names if name}


def check_profile(tx: Transaction, errors: ErrorCollector, given: dict[str, Any]) -> dict[str, Any]:
    """Checks the fields that `createUser` and `updateUser` share, and normalizes the names.

    Fields that are absent or null stay as they are.
    """
    checked = dict(given)
    present = {name for name, value in given.items() if value is not None}
    if "first_name" in present:
        with errors.at("first_name"):
            checked["first_name"] = check_name(given["first_name"], "The first name")
    if "last_name" in present:
        with errors.at("last_name"):
            checked["last_name"] = check_name(given["last_name"], "The last name")
    if "image_url" in present:
        with errors.at("image_url"):
            check_url(given["image_url"], schemes=tx.server.link_schemes)
    for name in ("public_metadata", "private_metadata"):
        if name in present:
            with errors.at(name):
                check_metadata(given[name])
    return checked


async def lock_and_load_waiting(
    tx: Transaction, keys: Collection[str], *, other_than: str = ""
) -> dict[str, list[str | None]]:
    """Loads the issuers of the users who wait for their first visit, by address.

    The addresses are locked, so that no other call creates a user who waits with one of them.
    """
    await lock_texts(tx.session, keys)
    return await load_waiting(tx, keys, other_than=other_than)


async def load_waiting(
    tx: Transaction, keys: Collection[str], *, other_than: str = ""
) -> dict[str, list[str | None]]:
    waiting: dict[str, list[str | None]] = {key: [] for key in keys}
    for key, issuer in await tx.session.execute(_select_waiting(keys, other_than)):
        waiting[key or ""].append(issuer)
    return waiting


@prepared_statement
def _select_waiting(keys: Collection[str], other_than: str) -> AnySelect:
    return select(User.address_key, User.issuer).where(
        col(User.address_key).in_(keys), col(User.external_id).is_(None), col(User.id) != other_than
    )


def ensure_nobody_waits(waiting: Sequence[str | None], issuer: str | None) -> None:
    """Ensures that a first visit can adopt at most one user: with two, it would adopt neither."""
    if any(issuer is None or other in (None, issuer) for other in waiting):
        raise IdentifierExists("A user with this address already exists and hasn't signed in yet.")
