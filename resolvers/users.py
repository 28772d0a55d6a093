"""Users: taken over from identity tokens, or made and changed by the instance's owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import String, delete, type_coerce
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from models.base import JSONObject
from models.database.errors import Deadlock
from models.database.store import Store
from models.errors import (
    ErrorCollector,
    IdentifierExists,
    ParameterMissing,
    ParameterNil,
    ResourceNotFound,
    TooLong,
    ValueInvalid,
)
from models.events import EventType
from models.instance import Instance
from models.memberships import Membership
from models.organizations import check_limit
from models.users import (
    IdentityClaims,
    User,
    make_user,
    needs_refresh,
    update_derived_fields,
    update_from_claims,
)
from models.validation.addresses import normalize_address
from models.validation.text import check_metadata, check_name, check_url
from resolvers.access import SYSTEM, Actor, ActorType
from resolvers.changes import apply_changes
from resolvers.events.payloads import record_user
from resolvers.members.events import record_deleted
from resolvers.transaction import Clock, Transaction, begin

SUBJECT_LENGTH = 255


# ---------------------------------------------------------------------------------- identity tokens


async def sign_in(
    store: Store, clock: Clock, claims: IdentityClaims, *, is_sole_issuer: bool
) -> tuple[Actor, Instance]:
    """The caller behind a verified identity token, made
    or refreshed when the token says something new.

    A token that was taken over before costs one statement, which reads the instance's settings
    along.
    """
    same = (col(User.issuer) == claims.issuer) & (col(User.external_id) == claims.subject)
    columns = select(
        Instance, type_coerce(col(User.id), String).label("user_id"), col(User.refreshed_at)
    )
    async with store.read() as connection:
        row = (await connection.execute(columns.outerjoin(User, same))).one()
    user_id = row.user_id
    if user_id is None or needs_refresh(row.refreshed_at, claims):
        user_id = await _refresh_user(store, clock, claims, is_sole_issuer=is_sole_issuer)
    return Actor(ActorType.USER, user_id), cast(Instance, row)


async def _refresh_user(
    store: Store, clock: Clock, claims: IdentityClaims, *, is_sole_issuer: bool
) -> str:
    try:
        async with begin(store, SYSTEM, clock) as tx:
            return await find_or_create_user(tx, claims, is_sole_issuer=is_sole_issuer)
    except IntegrityError:
        # The first two requests of a new user race for the row; by now the other one's is there.
        async with begin(store, SYSTEM, clock) as tx:
            return await find_or_create_user(tx, claims, is_sole_issuer=is_sole_issuer)


async def find_or_create_user(
    tx: Transaction, claims: IdentityClaims, *, is_sole_issuer: bool
) -> str:
    """The token's user: the one it had before, else
    one that waits to be adopted, else a new one.
    """
    user = await _find_by_subject(tx, claims) or await _find_adoptable(
        tx, claims, is_sole_issuer=is_sole_issuer
    )
    event = EventType.USER_UPDATED if user else EventType.USER_CREATED
    if user is None:
        user = make_user(tx.new_id(User.prefix), tx.now)
        tx.session.add(user)
    tx.actor = Actor(ActorType.USER, user.id)
    before = update_from_claims(user, claims)
    if before:
        user.updated_at = tx.now
        record_user(tx, event, user, before if event is EventType.USER_UPDATED else None)
    return user.id


async def _find_by_subject(tx: Transaction, claims: IdentityClaims) -> User | None:
    statement = select(User).where(
        col(User.issuer) == claims.issuer, col(User.external_id) == claims.subject
    )
    return (await tx.session.execute(statement.with_for_update())).scalar_one_or_none()


async def _find_adoptable(
    tx: Transaction, claims: IdentityClaims, *, is_sole_issuer: bool
) -> User | None:
    """The one user that `createUser` made for this verified address; with two candidates, none."""
    if not (claims.address_key and claims.email_verified):
        return None
    issuer = col(User.issuer) == claims.issuer
    if is_sole_issuer:
        issuer |= col(User.issuer).is_(None)
    waiting = select(User).where(
        col(User.external_id).is_(None), col(User.address_key) == claims.address_key, issuer
    )
    found = (await tx.session.execute(waiting.limit(2).with_for_update())).scalars().all()
    return found[0] if len(found) == 1 else None


# ---------------------------------------------------------------------------------------- mutations


@dataclass(frozen=True, slots=True)
class NewUser:
    """What `createUser` is given; without `external_id` the
    user waits to be adopted by a verified equal address.
    """

    email_address: str
    email_verified: bool = False
    external_id: str | None = None
    issuer: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    image_url: str | None = None
    public_metadata: JSONObject | None = None
    private_metadata: JSONObject | None = None


def _issuer(new: NewUser, issuers: Sequence[str]) -> str | None:
    if new.issuer is not None and new.issuer not in issuers:
        raise ValueInvalid(f"No identity provider {new.issuer[:80]!r} is configured.", at="issuer")
    if new.issuer is None and new.external_id is not None and len(issuers) != 1:
        raise ParameterMissing(
            "Say whose subject `externalId` is: several identity providers are configured.",
            at="issuer",
        )
    return new.issuer or (issuers[0] if new.external_id is not None else None)


async def _subject(tx: Transaction, external_id: str | None, issuer: str | None) -> str | None:
    if external_id is None:
        return None
    if not external_id:
        raise ParameterMissing("The subject is empty.")
    if len(external_id) > SUBJECT_LENGTH:
        raise TooLong(
            f"The subject is longer than {SUBJECT_LENGTH} characters.", limit=SUBJECT_LENGTH
        )
    taken = select(User.id).where(col(User.issuer) == issuer, col(User.external_id) == external_id)
    if issuer and (await tx.session.execute(taken)).first():
        raise _subject_taken()
    return external_id


def _subject_taken() -> IdentifierExists:
    return IdentifierExists("There is a user with that subject already.", at="external_id")


def _check_profile(
    faults: ErrorCollector, given: dict[str, Any], schemes: frozenset[str]
) -> dict[str, Any]:
    """The checked parts that `createUser` and `updateUser`
    share; absent and null ones are left as they are.
    """
    checked = dict(given)
    present = {name for name, value in given.items() if value is not None}
    if "first_name" in present:
        with faults.at("first_name"):
            checked["first_name"] = check_name(given["first_name"], "The first name")
    if "last_name" in present:
        with faults.at("last_name"):
            checked["last_name"] = check_name(given["last_name"], "The last name")
    if "image_url" in present:
        with faults.at("image_url"):
            check_url(given["image_url"], schemes=schemes)
    if "public_metadata" in present:
        with faults.at("public_metadata"):
            check_metadata(given["public_metadata"])
    if "private_metadata" in present:
        with faults.at("private_metadata"):
            check_metadata(given["private_metadata"])
    return checked


async def create_user(
    tx: Transaction, new: NewUser, *, issuers: Sequence[str], schemes: frozenset[str]
) -> User:
    """Makes a user before their first visit; raises every fault of the input at once."""
    faults = ErrorCollector()
    issuer = subject = None
    key = ""
    with faults.at("issuer"):
        issuer = _issuer(new, issuers)
    with faults.at("external_id"):
        subject = await _subject(tx, new.external_id, issuer)
    with faults.at("email_address"):
        key = normalize_address(new.email_address)
    profile = _check_profile(
        faults,
        {
            "first_name": new.first_name,
            "last_name": new.last_name,
            "image_url": new.image_url,
            "public_metadata": new.public_metadata or {},
            "private_metadata": new.private_metadata or {},
        },
        schemes,
    )
    faults.raise_if_any()
    user = make_user(tx.new_id(User.prefix), tx.now)
    user.issuer, user.external_id = issuer, subject
    user.email_address, user.address_key, user.email_verified = (
        new.email_address,
        key,
        new.email_verified,
    )
    for name, value in profile.items():
        setattr(user, name, value)
    update_derived_fields(user)
    tx.session.add(user)
    try:
        await tx.session.flush()
    except IntegrityError as error:
        raise _subject_taken() from error
    record_user(tx, EventType.USER_CREATED, user)
    return user


async def _lock_user(tx: Transaction, user_id: str) -> User:
    statement = select(User).where(col(User.id) == user_id).with_for_update()
    user = (await tx.session.execute(statement)).scalar_one_or_none()
    if user is None:
        raise ResourceNotFound("There is no such user.", at="user_id")
    return user


def _address(user: User, given: dict[str, Any]) -> dict[str, Any]:
    """The columns of a changed address: unverified, unless the input says otherwise."""
    address = given["email_address"]
    if address is None and user.external_id is None:
        raise ParameterNil("Without a subject, only the address tells who the user is.")
    key = None if address is None else normalize_address(address)
    verified = user.email_verified and key == user.address_key
    return {"address_key": key, "email_verified": given.get("email_verified", verified)}


async def update_user(
    tx: Transaction, *, user_id: str, given: dict[str, Any], schemes: frozenset[str]
) -> User:
    """Changes what is given: the address, names, image,
    metadata (replaced) and the limits of creating.
    """
    user = await _lock_user(tx, user_id)
    faults = ErrorCollector()
    given = faults.reject_nulls(given, "email_verified", "public_metadata", "private_metadata")
    new = _check_profile(faults, given, schemes)
    if "email_address" in given:
        with faults.at("email_address"):
            new |= _address(user, given)
    if given.get("create_organizations_limit") is not None:
        with faults.at("create_organizations_limit"):
            check_limit(given["create_organizations_limit"], "The limit of organizations")
    faults.raise_if_any()
    before = apply_changes(user, new)
    if not before:
        return user
    user.updated_at = tx.now
    update_derived_fields(user)
    shown = {
        name: value
        for name, value in before.items()
        if name not in {"private_metadata", "address_key"}
    }
    record_user(tx, EventType.USER_UPDATED, user, shown)
    return user


async def delete_user(tx: Transaction, *, user_id: str) -> str:
    """Deletes the user with all memberships; this may take an organization's last manager (rule 8).

    Organizations are locked before the user, as everywhere. Who joined one meanwhile is deleted at
    the next try.
    """
    belonging = select(Membership.organization_id).where(col(Membership.user_id) == user_id)
    locked = await tx.lock_organizations(belonging)
    user = await _lock_user(tx, user_id)
    if not locked.issuperset((await tx.session.execute(belonging)).scalars()):
        raise Deadlock
    await record_deleted(tx, col(Membership.user_id) == user.id)
    record_user(tx, EventType.USER_DELETED, user)
    await tx.session.execute(delete(User).where(col(User.id) == user.id))
    return user.id
