"""Organizations, which are accounts that users share, and the rules for their slugs."""

import re
from typing import ClassVar

from slugify import slugify
from sqlalchemy import Index, text
from sqlmodel import Field

from models.base import JSONObject, Record, json_column
from models.errors.input import FormatInvalid, TooLong, TooShort, ValueInvalid

SLUG_LENGTH = 64
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
RESERVED_SLUGS = frozenset(
    [
        "about",
        "account",
        "accounts",
        "admin",
        "api",
        "app",
        "assets",
        "auth",
        "billing",
        "blog",
        "create",
        "dashboard",
        "delete",
        "docs",
        "download",
        "edit",
        "events",
        "graphiql",
        "graphql",
        "healthz",
        "help",
        "home",
        "images",
        "invitations",
        "invite",
        "login",
        "logout",
        "me",
        "members",
        "metrics",
        "new",
        "null",
        "oauth",
        "org",
        "organization",
        "organizations",
        "orgs",
        "pricing",
        "public",
        "readyz",
        "root",
        "schema",
        "security",
        "settings",
        "sign-in",
        "sign-up",
        "signin",
        "signout",
        "signup",
        "sso",
        "static",
        "status",
        "support",
        "system",
        "team",
        "teams",
        "tenantry",
        "terms",
        "undefined",
        "user",
        "users",
        "webhooks",
        "well-known",
        "www",
    ]
)


class Organization(Record, table=True):
    __table_args__ = (
        Index(
            "ix_organization_image_url",
            "image_url",
            sqlite_where=text("image_url IS NOT NULL"),
            postgresql_where=text("image_url IS NOT NULL"),
        ),
    )
    prefix: ClassVar[str] = "org"

    name: str
    slug: str | None = Field(default=None, unique=True)
    external_id: str | None = Field(default=None, index=True, unique=True)
    image_url: str | None = None
    public_metadata: JSONObject = json_column()
    private_metadata: JSONObject = json_column()
    max_allowed_memberships: int = 0
    admin_delete_enabled: bool = True
    created_by_id: str | None = Field(
        default=None, foreign_key="user.id", ondelete="SET NULL", index=True
    )
    role_set_id: str = Field(foreign_key="role_set.id", ondelete="RESTRICT", index=True)
    search_text: str = ""


def check_slug(slug: str) -> str:
    """Checks a slug (rule 2); raises the error that says what is wrong with it."""
    if not slug:
        raise TooShort("The slug must not be empty.")
    if len(slug) > SLUG_LENGTH:
        raise TooLong(f"The slug must have at most {SLUG_LENGTH} characters.", limit=SLUG_LENGTH)
    if not SLUG.fullmatch(slug):
        raise FormatInvalid(
            "The slug must consist of lowercase letters, digits, and single hyphens between them."
        )
    if slug in RESERVED_SLUGS:
        raise ValueInvalid(f"The slug {slug!r} is reserved. Choose another one.")
    return slug


def make_slug(name: str) -> str:
    """Makes a slug from a name in any script, with room for a suffix.

    A name without a single letter or digit becomes `organization`.
    """
    return slugify(name, max_length=SLUG_LENGTH - 7).strip("-") or "organization"


def check_limit(limit: int, what: str) -> int:
    if not 0 <= limit <= 2_000_000_000:
        raise ValueInvalid(f"{what} must be from 0 (unlimited) to 2,000,000,000.")
    return limit
