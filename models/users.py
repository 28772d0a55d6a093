"""Users, as reported by the identity providers."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Index, UniqueConstraint, false
from sqlmodel import Field

from models.base import JSONObject, Record, json_column
from models.validation.text import to_search_text


class User(Record, table=True):
    __table_args__ = (
        UniqueConstraint("issuer", "external_id"),
        Index(None, "address_domain", "id"),
    )
    prefix: ClassVar[str] = "user"

    issuer: str | None = None
    external_id: str | None = Field(default=None, index=True)
    identifier: str
    email_address: str | None = None
    address_key: str | None = Field(default=None, index=True)
    # The part of `address_key` after the @.
    address_domain: str | None = None
    email_verified: bool = False
    # Whether only the ticket of an invitation has proven the address. That isn't enough for the
    # domain of the address to enroll the user.
    verified_by_ticket: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    # The name at the identity provider, which identifies a user who has no address.
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    image_url: str | None = None
    public_metadata: JSONObject = json_column()
    private_metadata: JSONObject = json_column()
    create_organization_enabled: bool | None = None
    create_organizations_limit: int | None = None
    # `iat` of the newest identity token whose claims were applied, in seconds.
    refreshed_at: int = Field(default=0, sa_type=BigInteger)
    search_text: str = ""


@dataclass(frozen=True, slots=True)
class IdentityClaims:
    """The claims of a verified identity token; an absent one is None and keeps the stored value."""

    issuer: str
    subject: str
    issued_at: int
    email_address: str | None = None
    address_key: str | None = None
    email_verified: bool | None = None
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    image_url: str | None = None


def _is_verified(user: User, claims: IdentityClaims) -> bool:
    """Whether the address is verified; a changed one is not until the issuer says so."""
    if claims.email_verified is not None:
        return claims.email_verified
    return user.email_verified and claims.address_key == user.address_key


def update_from_claims(user: User, claims: IdentityClaims) -> dict[str, object]:
    """Applies the claims, unless those of a newer token were applied before.

    Returns the previous value of each attribute that changed.
    """
    if claims.issued_at < user.refreshed_at:
        return {}
    new: dict[str, object] = {"issuer": claims.issuer, "external_id": claims.subject}
    if claims.address_key:
        new |= {"email_address": claims.email_address, "email_verified": _is_verified(user, claims)}
    elif claims.email_verified is False:
        new["email_verified"] = False
    names = {
        "first_name": claims.first_name,
        "last_name": claims.last_name,
        "image_url": claims.image_url,
    }
    new |= {name: value for name, value in names.items() if value is not None}
    before = {
        name: getattr(user, name) for name, value in new.items() if getattr(user, name) != value
    }
    for name in before:
        setattr(user, name, new[name])
    user.address_key = claims.address_key or user.address_key
    user.username = claims.username or user.username
    user.refreshed_at = claims.issued_at
    if claims.address_key and claims.email_verified is not None:
        user.verified_by_ticket = False
    identifier = user.identifier
    update_derived_fields(user)
    if not before and user.identifier != identifier:
        return {"identifier": identifier}
    return before


def update_derived_fields(user: User) -> None:
    """Updates the columns that are derived from others.

    Without an address, the username or else the subject of the token identifies the user.
    """
    user.address_domain = get_domain(user.address_key)
    user.identifier = user.email_address or user.username or user.external_id or user.id
    user.search_text = to_search_text(user.identifier, user.first_name, user.last_name)


def make_full_name(first_name: str | None, last_name: str | None) -> str | None:
    """Returns the full name; None for a user without a name."""
    return " ".join(name for name in (first_name, last_name) if name) or None


def get_domain(address_key: str | None) -> str | None:
    return address_key.rpartition("@")[2] if address_key else None


def get_proven_domain(user: User) -> str | None:
    """Returns the domain of the user's address if an issuer or a secret key has verified it."""
    return user.address_domain if user.email_verified and not user.verified_by_ticket else None


def needs_refresh(refreshed_at: int, claims: IdentityClaims) -> bool:
    """Whether this token is newer than the last one whose claims were applied."""
    return claims.issued_at > refreshed_at


def make_user(id: str, at: datetime) -> User:
    return User(id=id, created_at=at, updated_at=at, identifier="")
